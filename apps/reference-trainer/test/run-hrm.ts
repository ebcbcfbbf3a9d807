import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The path of a built program. @throws Error if it is not built. */
export function builtProgram(url: URL): string {
  const program = fileURLToPath(url);
  if (!existsSync(program)) throw new Error('these tests run the built command: build first (`npm run build`)');
  return program;
}

const program = builtProgram(new URL('../dist/hrm.js', import.meta.url));

/** The result of a command line. */
export interface HrmResult {
  status: number | null;
  stdout: string;
  stderr: string;
  /** The last line of stdout as JSON. */
  json: Record<string, unknown>;
}

/** WebAssembly, so that tests give the same results on every machine. */
const environment = () => ({ ...process.env, HRM_BACKEND: 'wasm' });

/** Makes stderr look like a terminal, so that progress is drawn. */
const onTerminal = ['--import', 'data:text/javascript,process.stderr.isTTY=true'];

/** Runs the command as a user does. */
export const hrm = (args: readonly string[], input = '', { live = false } = {}): HrmResult =>
  runProgramFile(program, args, { input, live });

/** Runs a built program as a user does. */
export function runProgramFile(file: string, args: readonly string[], { input = '', live = false } = {}): HrmResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...(live ? onTerminal : []), file, ...args], {
    encoding: 'utf8',
    input,
    env: environment(),
    timeout: 150_000,
  });
  return {
    status,
    stdout,
    stderr,
    get json() {
      return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Record<string, unknown>;
    },
  };
}

/** Starts the command, for tests of signals, slow input and lost readers. */
export const startHrm = (
  args: readonly string[],
  { stdin = 'ignore', env = {} }: { stdin?: 'ignore' | 'pipe'; env?: NodeJS.ProcessEnv } = {},
) => spawn(process.execPath, [program, ...args], { env: { ...environment(), ...env }, stdio: [stdin, 'pipe', 'pipe'] });

/** Runs a shell command in which `hrm` is the command, and returns the status of `hrm`. */
export function shell(line: string, env: NodeJS.ProcessEnv = {}): Pick<HrmResult, 'status' | 'stdout' | 'stderr'> {
  const hrmFunction = `hrm() { "${process.execPath}" "${program}" "$@"; echo "status $?" >&2; }`;
  const { stdout, stderr } = spawnSync('sh', ['-c', `${hrmFunction}\n${line}`], {
    encoding: 'utf8',
    env: { ...environment(), ...env },
    timeout: 150_000,
  });
  const status = /status (\d+)\n$/.exec(stderr)?.[1];
  return { status: status === undefined ? null : Number(status), stdout, stderr: stderr.replace(/status \d+\n$/, '') };
}
