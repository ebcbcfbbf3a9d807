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
  /** A TensorFlow wheel already on this machine, in place of the download. */
  wheel?: string;
  /** Bytes downloaded so far. */
  onBytes?: (bytes: number) => void;
  /** Told when the download is over and unpacking starts. */
  onUnpack?: () => void;
}

/** The folders of headers that the addon's sources reach; the wheel holds 13,000 more. */
const HEADERS = ['tensorflow/c/', 'tensorflow/core/platform/ctstring', 'tsl/platform/ctstring', 'xla/tsl/c/'];

/**
 * Puts TensorFlow's two shared libraries and the headers to build against where the addon's package expects them, and
 * NVIDIA's libraries where TensorFlow's own search path finds them (`../nvidia/NAME/lib`, as in a Python environment).
 * The wheels are removed once unpacked.
 */
export async function bringTensorflow(
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

/** Refuses a wheel that bears the name of one we know and is another, a damaged copy say. An own build is its user's matter. */
function requireKnownContents(wheel: string): void {
  const expected = pinnedSha256(basename(wheel));
  if (expected === undefined || fileSha256(wheel) === expected) return;
  throw new NativeSetupError(
    'wrong-checksum',
    `${wheel} is not the wheel of that name on PyPI, whose SHA-256 is ${expected}: copy it anew, or give an own build another name.`,
  );
}

function removeFolders(parent: string, name: string): void {
  for (const entry of readdirSync(parent, { withFileTypes: true })) {
    if (entry.isDirectory()) rmSync(join(parent, entry.name, name), { recursive: true, force: true });
  }
}
