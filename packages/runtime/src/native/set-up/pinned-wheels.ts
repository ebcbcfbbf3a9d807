/**
 * The SHA-256 of each wheel that a set-up downloads, by requirement and file name. Any other file is refused. These are
 * the wheels that pip selects for CPython 3.12. CONTRIBUTING says how to update them.
 */
export const PINNED_WHEELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'tensorflow-cpu==2.21.0': {
    'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl':
      'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
  },
  'tensorflow==2.21.0': {
    'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl':
      'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
    'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_aarch64.whl':
      'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
    'tensorflow-2.21.0-cp312-cp312-macosx_12_0_arm64.whl':
      '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
  },
  'nvidia-cublas-cu12==12.9.3.13': {
    'nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl':
      'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
  },
  'nvidia-cuda-cupti-cu12==12.8.90': {
    'nvidia_cuda_cupti_cu12-12.8.90-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl':
      'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
  },
  'nvidia-cuda-nvcc-cu12==12.9.86': {
    'nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl':
      '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
  },
  'nvidia-cuda-nvrtc-cu12==12.9.86': {
    'nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl':
      '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
  },
  'nvidia-cuda-runtime-cu12==12.9.79': {
    'nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl':
      '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
  },
  'nvidia-cudnn-cu12==9.28.0.42': {
    'nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl':
      '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
  },
  'nvidia-cufft-cu12==11.4.1.4': {
    'nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl':
      'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
  },
  'nvidia-curand-cu12==10.3.10.19': {
    'nvidia_curand_cu12-10.3.10.19-py3-none-manylinux_2_27_x86_64.whl':
      '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
  },
  'nvidia-cusolver-cu12==11.7.5.82': {
    'nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl':
      '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
  },
  'nvidia-cusparse-cu12==12.5.10.65': {
    'nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl':
      '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
  },
  'nvidia-nccl-cu12==2.32.3': {
    'nvidia_nccl_cu12-2.32.3-py3-none-manylinux_2_27_x86_64.whl':
      'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
  },
  'nvidia-nvjitlink-cu12==12.9.86': {
    'nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl':
      'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
  },
};

/** NVIDIA's libraries for the CUDA build of TensorFlow. Each is a separate wheel. */
export const NVIDIA_REQUIREMENTS: readonly string[] = Object.keys(PINNED_WHEELS).filter((name) =>
  name.startsWith('nvidia-'),
);

/** A requirements file for pip. Each line has the SHA-256 of the wheels that are accepted. */
export function hashedRequirements(requirements: readonly string[]): string {
  const line = (requirement: string) => {
    const wheels = PINNED_WHEELS[requirement];
    if (!wheels) throw new RangeError(`${requirement} has no pinned wheel`);
    return [requirement, ...Object.values(wheels).map((sha256) => `--hash=sha256:${sha256}`)].join(' ');
  };
  return requirements.map((requirement) => `${line(requirement)}\n`).join('');
}

/**
 * The SHA-256 that a wheel of this file name must have; undefined for an unknown name, such as that of your own build.
 */
export function pinnedSha256(file: string): string | undefined {
  return Object.values(PINNED_WHEELS).find((wheels) => file in wheels)?.[file];
}
