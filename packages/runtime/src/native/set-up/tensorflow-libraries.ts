import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileSha256 } from '../file-sha256';
import { NativeSetupError } from '../native-setup-error';
import { NATIVE_VERSIONS, type NativeTarget } from '../native-target';
import type { CommandOptions } from '../run-command';
import { nativePaths } from './addon-build';
import { NVIDIA_REQUIREMENTS, pinnedSha256 } from './pinned-wheels';
import { downloadWheels, extractWheel } from './pip-wheel';

export interface LibraryOptions extends CommandOptions {
  /** The path of a TensorFlow wheel, to use instead of a download. */
  wheel?: string;
  /** Called with the bytes downloaded so far. */
  onBytes?: (bytes: number) => void;
  /** Called when the download is finished and unpacking starts. */
  onUnpack?: () => void;
}

/** The folders of headers that the addon's sources include. The wheel has 13,000 other headers. */
const HEADERS = ['tensorflow/c/', 'tensorflow/core/platform/ctstring', 'tsl/platform/ctstring', 'xla/tsl/c/'];

/**
 * Installs TensorFlow's two shared libraries and its headers where the addon's package expects them, and NVIDIA's
 * libraries where TensorFlow looks for them (`../nvidia/NAME/lib`, as in a Python environment). Removes the wheels
 * after unpacking.
 */
export async function installTensorflow(
  python: string,
  target: NativeTarget,
  folder: string,
  options: LibraryOptions,
): Promise<void> {
  const { wheel: givenWheel, onBytes, onUnpack, ...command } = options;
  const wheels = join(folder, 'wheels');
  const { include, libraries, addonPackage } = nativePaths(folder);
  const requirement = `${target.wheel}==${NATIVE_VERSIONS.tensorflow}`;
  const platforms = target.wheelPlatforms;
  if (givenWheel !== undefined) requireKnownContents(givenWheel);
  const wheel =
    givenWheel ?? (await downloadWheels(python, [requirement], platforms, wheels, { ...command, onBytes }))[0]!;

  if (target.accelerator !== 'cuda') onUnpack?.();
  const rules: Record<string, string> = Object.fromEntries(
    HEADERS.map((prefix) => [
      `tensorflow/include/${prefix}`,
      join(include, prefix) + (prefix.endsWith('/') ? '/' : ''),
    ]),
  );
  for (const library of target.libraries) rules[`tensorflow/${library}`] = join(libraries, library);
  await extractWheel(python, wheel, rules, command);
  const missing = target.libraries.filter((library) => !readdirSync(libraries).includes(library));
  if (missing.length > 0) {
    throw new NativeSetupError('download-failed', `The wheel ${wheel} does not hold ${missing.join(' and ')}.`);
  }

  if (target.accelerator === 'cuda') {
    if (!givenWheel) rmSync(wheel);
    for (const path of await downloadWheels(python, NVIDIA_REQUIREMENTS, platforms, wheels, { ...command, onBytes })) {
      onUnpack?.();
      await extractWheel(python, path, { 'nvidia/': `${join(addonPackage, 'deps', 'nvidia')}/` }, command);
      rmSync(path);
    }
    removeFolders(join(addonPackage, 'deps', 'nvidia'), 'include');
  }
  rmSync(wheels, { recursive: true, force: true });
}

/**
 * Refuses a wheel with a known name but another SHA-256, such as a damaged copy. Any other name is the user's build.
 */
function requireKnownContents(wheel: string): void {
  const expected = pinnedSha256(basename(wheel));
  if (expected === undefined || fileSha256(wheel) === expected) return;
  throw new NativeSetupError(
    'wrong-checksum',
    `${wheel} is not the wheel of that name on PyPI, whose SHA-256 is ${expected}: copy it again, or give your own build another name.`,
  );
}

function removeFolders(parent: string, name: string): void {
  for (const entry of readdirSync(parent, { withFileTypes: true })) {
    if (entry.isDirectory()) rmSync(join(parent, entry.name, name), { recursive: true, force: true });
  }
}
