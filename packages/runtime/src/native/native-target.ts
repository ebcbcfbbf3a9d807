import { existsSync } from 'node:fs';
import { NativeSetupError } from './native-setup-error';
import { runCommand, type Environment } from './run-command';

/** The versions of an installation. A change of any of them gives a new folder in the cache. */
export const NATIVE_VERSIONS = {
  tfjs: '4.22.0',
  tensorflow: '2.21.0',
  nodeApiHeaders: '1.9.0',
  /** Every Node since 12.22 can load an addon of this Node-API version. */
  napi: 8,
} as const;

/** Increase this if the contents of the folder change but not the versions. */
const LAYOUT = 5;

export type Accelerator = 'cpu' | 'cuda';

/** The installation for one kind of machine: its wheel, its libraries and its place in the cache. */
export interface NativeTarget {
  /** The folder's name in the cache. */
  key: string;
  accelerator: Accelerator;
  platform: 'linux' | 'darwin';
  /** The PyPI package that holds TensorFlow for this machine. */
  wheel: string;
  /** The wheel's platform tags, best first. */
  wheelPlatforms: readonly string[];
  /** TensorFlow's two shared libraries, as the wheel names them. */
  libraries: readonly string[];
  /** The approximate size of the download in bytes, for progress. */
  downloadBytes: number;
  /** Free disk needed while setting up, in bytes. */
  diskBytes: number;
}

export interface Machine {
  platform: string;
  arch: string;
  /** The C library's version on Linux; absent with musl (Alpine), which TensorFlow does not support. */
  glibc?: string;
}

/** The machine this process runs on. */
export function thisMachine(): Machine {
  const machine: Machine = { platform: process.platform, arch: process.arch };
  if (process.platform === 'linux') {
    // Without this, a report queries name servers about every open connection.
    (process.report as { excludeNetwork?: boolean }).excludeNetwork = true;
    const report = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
    machine.glibc = report.header.glibcVersionRuntime;
  }
  return machine;
}

const MB = 1e6;

/** The installation for a machine. @throws NativeSetupError with reason 'unsupported-platform' where there is none. */
export function nativeTarget(accelerator: Accelerator, machine: Machine = thisMachine()): NativeTarget {
  const { platform, arch, glibc } = machine;
  const name = `${platform}-${arch}`;
  const unsupported = (why: string) =>
    new NativeSetupError(
      'unsupported-platform',
      `Native TensorFlow is set up on Linux (x64, arm64) and macOS (arm64); ${why}. WebAssembly works here without set-up.`,
    );
  if (!['linux-x64', 'linux-arm64', 'darwin-arm64'].includes(name)) throw unsupported(`this is ${name}`);
  if (platform === 'linux') {
    if (!glibc) throw unsupported('this Linux does not use glibc');
    const [major = 0, minor = 0] = glibc.split('.').map(Number);
    if (major < 2 || (major === 2 && minor < 27)) throw unsupported(`this Linux has glibc ${glibc}, older than 2.27`);
  }
  if (accelerator === 'cuda' && name !== 'linux-x64') {
    throw unsupported(`its CUDA build is for linux-x64 only, and this is ${name}: leave out the GPU`);
  }
  const { tfjs, tensorflow, napi } = NATIVE_VERSIONS;
  const linux = platform === 'linux';
  const cuda = accelerator === 'cuda';
  return {
    key: `tfjs-${tfjs}-tensorflow-${tensorflow}-${accelerator}-${name}-napi${napi}-${LAYOUT}`,
    accelerator,
    platform: linux ? 'linux' : 'darwin',
    // tensorflow-cpu exists for x64 only; elsewhere `tensorflow` is a CPU build itself.
    wheel: name === 'linux-x64' && !cuda ? 'tensorflow-cpu' : 'tensorflow',
    wheelPlatforms: linux ? linuxTags(arch === 'x64' ? 'x86_64' : 'aarch64') : ['macosx_12_0_arm64'],
    libraries: ['tensorflow_cc', 'tensorflow_framework'].map((lib) => (linux ? `lib${lib}.so.2` : `lib${lib}.2.dylib`)),
    downloadBytes: (cuda ? 3_300 : 290) * MB,
    diskBytes: (cuda ? 12_000 : 1_800) * MB,
  };
}

function linuxTags(arch: string): string[] {
  return [`manylinux_2_27_${arch}`, `manylinux_2_17_${arch}`, `manylinux2014_${arch}`];
}

/**
 * Whether this machine has an NVIDIA GPU and its driver: the kernel driver's file exists, or `nvidia-smi -L` lists one.
 */
export async function hasNvidiaGpu(
  env: Environment = process.env,
  driverFile = '/proc/driver/nvidia/version',
): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  if (existsSync(driverFile)) return true;
  const { code, stdout } = await runCommand('nvidia-smi', ['-L'], { env, timeoutMs: 10_000 });
  return code === 0 && /^GPU \d/m.test(stdout);
}
