import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../dist/hrm.js', import.meta.url));
if (!existsSync(program)) throw new Error('these tests run the built command: build first (`pnpm build`)');

/** What a command line gave. */
export interface HrmResult {
  status: number | null;
  stdout: string;
  stderr: string;
  /** The last line of stdout as JSON. */
  json: Record<string, unknown>;
}

// WebAssembly, so that the tests say the same on every machine.
const environment = { ...process.env, HRM_BACKEND: 'wasm' };

/** Makes stderr seem a terminal, for which progress is drawn. */
const onTerminal = ['--import', 'data:text/javascript,process.stderr.isTTY=true'];

/** Runs the command as a user does. */
export function hrm(args: readonly string[], input = '', { live = false } = {}): HrmResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...(live ? onTerminal : []), program, ...args], {
    encoding: 'utf8',
    input,
    env: environment,
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

/** Starts the command, to be sent signals. */
export const startHrm = (args: readonly string[]) =>
  spawn(process.execPath, [program, ...args], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });

/** A run small enough to train in a moment. */
export const tinyRun = {
  name: 'tiny',
  task: { kind: 'sudoku', size: 4 },
  generate: { train: 60, test: 24, givens: [8, 10], seed: 0 },
  model: {
    hiddenSize: 16,
    hLayers: 1,
    lLayers: 1,
    block: { type: 'mixer', expansion: 1 },
    schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
    halting: { type: 'q-learning', maxSegments: 4, exploration: 0.3 },
    positions: 'none',
    puzzleEmbeddingSize: 16,
  },
  training: {
    batchSize: 12,
    steps: 12,
    learningRate: 1e-3,
    weightDecay: 0.1,
    emaDecay: 0.9,
    augment: true,
    evaluateEvery: 5,
    checkpointEvery: 3,
  },
};
