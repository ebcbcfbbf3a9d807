import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NativeSetupError } from '../native-setup-error';
import { programPath, runCommand, type CommandOptions } from '../run-command';
import { describeFailure } from './describe-failure';
import { folderSize } from './folder-size';
import { hashedRequirements } from './pinned-wheels';

/**
 * Python's isolated mode. Without it Python also loads modules from PYTHONPATH and the current folder, such as a
 * `pip.py`.
 */
const ISOLATED = '-I';

/** The first Python 3 with pip: `$PYTHON`, else `python3` or `python` in PATH. */
export async function findPython(options: CommandOptions): Promise<string> {
  const env = options.env ?? process.env;
  const tried: string[] = [];
  for (const python of env.PYTHON ? [programPath(env.PYTHON)] : ['python3', 'python']) {
    const { code, missing, stdout } = await runCommand(python, [ISOLATED, '-m', 'pip', '--version'], options);
    if (code === 0 && /\(python 3/.test(stdout)) return python;
    tried.push(missing ? `${python} was not found` : `${python} has no pip`);
  }
  throw new NativeSetupError(
    'no-python',
    `Downloading TensorFlow needs Python 3 with pip (${tried.join(', ')}). Install them (Debian: apt install python3-pip; macOS: xcode-select --install), or set PYTHON.`,
  );
}

/**
 * Downloads wheels with pip into `folder` and returns their paths. The wheels depend on the platform but not on this
 * Python, so any Python 3 works. pip's temporary files are in `folder` too, and its cache is not used. Each wheel must
 * match its SHA-256 in `PINNED_WHEELS`.
 *
 * @param requirements names and versions in `PINNED_WHEELS`.
 * @param onBytes called twice a second with the number of bytes downloaded.
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
  const list = join(temporary, 'requirements.txt');
  writeFileSync(list, hashedRequirements(requirements));
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
    const wanted = ['--require-hashes', '--requirement', list];
    const args = [ISOLATED, '-m', 'pip', 'download', ...forPlatform, ...quiet, '--dest', folder, ...wanted];
    const result = await runCommand(python, args, { ...rest, cwd: folder, env: { ...env, TMPDIR: temporary } });
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
import os, shutil, stat, sys, zipfile
wheel, rules = sys.argv[1], [rule.split('=', 1) for rule in sys.argv[2:]]
def why_not(entry):
    name = entry.filename
    if name.startswith('/') or chr(92) in name or ':' in name.split('/')[0]: return 'an absolute name'
    if '..' in name.split('/'): return 'a name that leads outside'
    if stat.S_ISLNK(entry.external_attr >> 16): return 'a link'
with zipfile.ZipFile(wheel) as archive:
    entries = archive.infolist()
    for entry in entries:
        if why_not(entry): sys.exit('error: the archive holds %s: %r' % (why_not(entry), entry.filename))
    for entry in entries:
        for prefix, target in rules:
            if entry.filename.startswith(prefix) and not entry.is_dir():
                path = target + entry.filename[len(prefix):]
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with archive.open(entry) as source, open(path, 'xb') as copy:
                    shutil.copyfileobj(source, copy, 1 << 20)
                if entry.external_attr >> 16 & 0o111:
                    os.chmod(path, 0o755)
                break
`;

/**
 * Extracts files from a wheel (a zip archive) with Python. Refuses a whole archive if it holds a link or a name that
 * leads outside, and refuses to replace a file.
 *
 * @param rules path prefixes by archive prefix: `{'a/b/': '/tmp/x/'}` extracts `a/b/c` to `/tmp/x/c`. The first match
 *   wins.
 */
export async function extractWheel(
  python: string,
  wheel: string,
  rules: Record<string, string>,
  options: CommandOptions,
): Promise<void> {
  const pairs = Object.entries(rules).map(([prefix, target]) => `${prefix}=${target}`);
  const result = await runCommand(python, [ISOLATED, '-c', EXTRACT, wheel, ...pairs], options);
  if (result.code !== 0) throw describeFailure('Unpacking TensorFlow failed', result);
}
