import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ownFile } from '../../own-file';
import { NativeSetupError } from '../native-setup-error';
import { NATIVE_VERSIONS, type NativeTarget } from '../native-target';
import { programPath, runCommand, type CommandOptions } from '../run-command';

/** The paths in an installation folder. */
export function nativePaths(folder: string) {
  const addonPackage = join(folder, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  return {
    addonPackage,
    include: join(addonPackage, 'deps', 'include'),
    libraries: join(addonPackage, 'deps', 'lib'),
    addon: join(addonPackage, 'lib', `napi-v${NATIVE_VERSIONS.napi}`, 'tfjs_binding.node'),
    holdStderr: join(folder, 'hold_stderr.node'),
    nodeApiHeaders: join(folder, 'node_modules', 'node-api-headers', 'include'),
  };
}

/** The C++ compiler's command: `$CXX`, else the first of c++, g++ and clang++ that runs. */
export async function findCompiler(options: CommandOptions): Promise<string> {
  const env = options.env ?? process.env;
  const candidates = env.CXX ? [programPath(env.CXX)] : ['c++', 'g++', 'clang++'];
  for (const compiler of candidates) {
    if ((await runCommand(compiler, ['--version'], options)).code === 0) return compiler;
  }
  throw new NativeSetupError(
    'no-compiler',
    `Building the TensorFlow addon needs a C++ compiler (tried ${candidates.join(', ')}). Install one (Debian: apt install g++; macOS: xcode-select --install), or set CXX.`,
  );
}

/**
 * Compiles the addon from the sources of the npm package and our extension, with the headers of TensorFlow and
 * Node-API. Does not use node-gyp, which would download the headers of the running Node. A Node-API addon does not need
 * them.
 */
export async function buildAddon(
  compiler: string,
  target: NativeTarget,
  folder: string,
  options: CommandOptions,
): Promise<void> {
  const paths = nativePaths(folder);
  const binding = join(paths.addonPackage, 'binding');
  mkdirSync(dirname(paths.addon), { recursive: true });
  const linux = target.platform === 'linux';
  const shape = linux ? ['-shared', '-fPIC'] : ['-bundle', '-undefined', 'dynamic_lookup'];
  const origin = linux ? '$ORIGIN' : '@loader_path';
  const common = ['-std=c++17', '-O2', '-w', ...shape, `-DNAPI_VERSION=${NATIVE_VERSIONS.napi}`];
  const headers = ['-I', paths.include, '-I', paths.nodeApiHeaders, '-I', binding];
  const libraries = target.libraries.map((name) => join(paths.libraries, name));
  // Ours includes and extends tfjs_binding.cc.
  const sources = [join(binding, 'tfjs_backend.cc'), ownFile('hrm_binding.cc')];
  const search = `-Wl,-rpath,${origin}/../../deps/lib`;
  await compileCpp(compiler, [...common, ...headers, ...sources, ...libraries, search, '-o', paths.addon], options);
  await compileCpp(compiler, [...common, ...headers, ownFile('hold_stderr.cc'), '-o', paths.holdStderr], options);
}

async function compileCpp(compiler: string, args: string[], options: CommandOptions): Promise<void> {
  const { code, stderr } = await runCommand(compiler, args, options);
  if (code === 0) return;
  const first = stderr.split('\n').find((line) => /error/i.test(line)) ?? stderr.trim().split('\n')[0];
  throw new NativeSetupError(
    'compile-failed',
    `${compiler} could not build the TensorFlow addon: ${first}. A C++17 compiler is needed; set CXX to choose another.`,
    stderr,
  );
}
