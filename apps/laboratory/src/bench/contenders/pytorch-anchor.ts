import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheFolder } from '@hrm/runtime/internal';
import type { BenchSizes } from '@hrm/cli/internal';
import type { ContenderCommand } from './contender';
import { appFile } from '../../app-file';
import { inBfloat16 } from './our-contender';

/** What the official code runs on: a Python that has torch, and a checkout. */
export interface PytorchAnchor {
  python: string;
  checkout: string;
  /** The commit of the checkout, if it is one of git. */
  commit: string | undefined;
}

/** The output of a command, and whether it succeeded. */
interface CommandResult {
  ok: boolean;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. */
export type RunCommand = (program: string, args: readonly string[]) => Promise<CommandResult>;

const runProgram: RunCommand = (program, args) =>
  new Promise((settle) => {
    execFile(program, [...args], { maxBuffer: 1 << 24 }, (error, stdout, stderr) =>
      settle({ ok: !error, stdout, stderr: stderr || (error?.message ?? '') }),
    );
  });

const OFFICIAL_CODE = 'https://github.com/sapientinc/HRM';
const PACKAGES = ['torch', 'numpy', 'einops', 'pydantic'];
/** A file that only the official code has. */
const LANDMARK = join('models', 'hrm', 'hrm_act_v1.py');
/** A file that is written last into a virtual environment: without it, the environment is incomplete. */
const COMPLETE = 'complete';

/** The last lines of a failed command. */
const lastLines = ({ stderr, stdout }: CommandResult) =>
  (stderr.trim() || stdout.trim()).split('\n').slice(-3).join('\n');

/** Options of {@link findPytorchAnchor}. */
export interface PytorchAnchorOptions {
  /** An interpreter that has torch, numpy, einops and pydantic. Default: a virtual environment in the cache. */
  python?: string | undefined;
  /** A checkout of the official code. Default: a clone in the cache. */
  checkout?: string | undefined;
  /** Where the two are kept. Default: next to native TensorFlow in the per-user cache. */
  folder?: string;
  say?: (text: string) => void;
  run?: RunCommand;
}

/**
 * Finds what the official code runs on. What is not given is set up in the cache, unless it is there already.
 *
 * @throws Error that says what to do, if something is missing or cannot be downloaded.
 */
export async function findPytorchAnchor(options: PytorchAnchorOptions = {}): Promise<PytorchAnchor> {
  const { folder = join(cacheFolder(), 'pytorch'), say = () => {}, run = runProgram } = options;
  const checkout =
    options.checkout !== undefined ? resolve(options.checkout) : await cloneOfficialCode(folder, say, run);
  if (!existsSync(join(checkout, LANDMARK))) {
    throw new Error(
      `--hrm-checkout: ${checkout} has no ${LANDMARK}; expected a checkout of ${OFFICIAL_CODE} (git clone ${OFFICIAL_CODE})`,
    );
  }
  const python = options.python ?? (await makeEnvironment(folder, say, run));
  const check = await run(python, ['-c', `import ${PACKAGES.join(', ')}`]);
  if (!check.ok) {
    throw new Error(
      `${python} cannot import ${PACKAGES.join(', ')} (${lastLines(check)}). Install them there ` +
        `(${python} -m pip install ${PACKAGES.join(' ')}), or name another with --python`,
    );
  }
  const head = await run('git', ['-C', checkout, 'rev-parse', 'HEAD']);
  return { python, checkout, commit: head.ok ? head.stdout.trim() : undefined };
}

/** Makes sure that a path is free, because nothing of somebody else may be removed. */
function expectNothingThere(path: string, option: string): void {
  if (!existsSync(path) || readdirSync(path).length === 0) return;
  throw new Error(`${path} exists, but the benchmark did not make it; remove it, or give ${option}`);
}

async function cloneOfficialCode(folder: string, say: (text: string) => void, run: RunCommand): Promise<string> {
  const checkout = join(folder, 'HRM');
  if (existsSync(join(checkout, LANDMARK))) return checkout;
  expectNothingThere(checkout, '--hrm-checkout');
  say(`Fetching the official code, ${OFFICIAL_CODE}, to ${checkout}`);
  mkdirSync(folder, { recursive: true });
  const staging = `${checkout}.part-${process.pid}`;
  try {
    const cloned = await run('git', ['clone', '--quiet', '--depth', '1', OFFICIAL_CODE, staging]);
    if (!cloned.ok) {
      throw new Error(
        `The official code could not be fetched (${lastLines(cloned)}). ` +
          `Get a checkout of ${OFFICIAL_CODE} in another way, and give it as --hrm-checkout`,
      );
    }
    renameSync(staging, checkout);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return checkout;
}

/** Finds a suitable Python: `$PYTHON` if set, else `python3` or `python` of the PATH. */
async function findPython(run: RunCommand): Promise<string> {
  for (const python of process.env.PYTHON ? [process.env.PYTHON] : ['python3', 'python']) {
    const { ok } = await run(python, ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']);
    if (ok) return python;
  }
  throw new Error(
    'PyTorch needs Python 3.10 or later, which was not found. Install it (Debian: apt install python3-venv; macOS: ' +
      'brew install python), set PYTHON, or name an interpreter that has torch with --python',
  );
}

async function makeEnvironment(folder: string, say: (text: string) => void, run: RunCommand): Promise<string> {
  const environment = join(folder, 'environment');
  const python = join(
    environment,
    process.platform === 'win32' ? join('Scripts', 'python.exe') : join('bin', 'python'),
  );
  if (existsSync(join(environment, COMPLETE))) return python;
  const base = await findPython(run);
  // A virtual environment cannot be moved into place, so an incomplete one is removed and made anew.
  if (existsSync(join(environment, 'pyvenv.cfg'))) rmSync(environment, { recursive: true, force: true });
  expectNothingThere(environment, '--python');
  mkdirSync(folder, { recursive: true });
  try {
    say(`Setting up PyTorch in ${environment}: pip downloads ${PACKAGES.join(', ')}, about 3 GB with CUDA`);
    const made = await run(base, ['-m', 'venv', environment]);
    if (!made.ok) {
      throw new Error(
        `${base} could not make a virtual environment (${lastLines(made)}). On Debian: apt install python3-venv. ` +
          'Or name an interpreter that has torch with --python',
      );
    }
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off'];
    const installed = await run(python, ['-m', 'pip', 'install', ...quiet, ...PACKAGES]);
    if (!installed.ok) {
      throw new Error(
        `pip could not install ${PACKAGES.join(', ')} (${lastLines(installed)}). Where nothing can be downloaded, ` +
          'name an interpreter that has them with --python',
      );
    }
    writeFileSync(join(environment, COMPLETE), `${PACKAGES.join(' ')}\n`);
  } catch (error) {
    rmSync(environment, { recursive: true, force: true });
    throw error;
  }
  return python;
}

/** The command of the official side at one size. */
export function officialContender(
  { python, checkout }: PytorchAnchor,
  sizes: BenchSizes,
  compile: boolean,
): ContenderCommand {
  const { hidden, layers, heads, batch, tokens, segments, precision = 'float32' } = sizes;
  const job = { hidden, layers, heads, batch, tokens, segments, precision, compile };
  return {
    name: `official, ${compile ? 'torch.compile' : 'eager'}${inBfloat16(sizes)}`,
    program: python,
    args: [appFile('python/official_hrm.py'), checkout, JSON.stringify(job)],
  };
}
