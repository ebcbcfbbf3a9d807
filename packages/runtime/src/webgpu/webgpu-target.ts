import { NativeSetupError } from '../native/native-setup-error';
import { thisMachine, type Machine } from '../native/native-target';
import type { Installation } from '../native/native-installation';

/** The versions of an installation. A change of any of them gives a new folder in the cache. */
export const WEBGPU_VERSIONS = { webgpu: '0.6.2', tfjs: '4.22.0' } as const;

/** Increase this if the contents of the folder change but not the versions. */
const LAYOUT = 1;

/** An installation of WebGPU for Node: the npm packages `webgpu` and `@tensorflow/tfjs-backend-webgpu`. */
export interface WebGpuInstallation extends Installation {
  webgpu: string;
  tfjs: string;
}

/** The installation for one kind of machine. */
export interface WebGpuTarget {
  /** The folder's name in the cache. */
  key: string;
  /** The folder in `dist` of the npm package that holds the addon. */
  addonFolder: string;
  /** Free disk needed while setting up, in bytes. */
  diskBytes: number;
}

/** The installation for a machine. @throws NativeSetupError with reason 'unsupported-platform' where there is none. */
export function webGpuTarget({ platform, arch, glibc }: Machine = thisMachine()): WebGpuTarget {
  const name = `${platform}-${arch}`;
  const unsupported = (why: string) =>
    new NativeSetupError(
      'unsupported-platform',
      `WebGPU for Node is set up on Linux with glibc 2.34 or later (x64, arm64) and macOS; ${why}. WebAssembly works here without set-up.`,
    );
  if (!['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'].includes(name)) {
    const how = 'install webgpu and @tensorflow/tfjs-backend-webgpu with npm next to your program';
    throw unsupported(`this is ${name}${platform === 'win32' ? `: ${how}` : ''}`);
  }
  if (platform === 'linux') {
    if (!glibc) throw unsupported('this Linux does not use glibc');
    const [major = 0, minor = 0] = glibc.split('.').map(Number);
    if (major < 2 || (major === 2 && minor < 34)) throw unsupported(`this Linux has glibc ${glibc}`);
  }
  const { webgpu, tfjs } = WEBGPU_VERSIONS;
  return {
    key: `webgpu-${webgpu}-tfjs-${tfjs}-${name}-${LAYOUT}`,
    addonFolder: platform === 'darwin' ? 'darwin-universal' : name,
    diskBytes: 500e6,
  };
}
