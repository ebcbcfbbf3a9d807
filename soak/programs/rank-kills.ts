/**
 * Kills a random rank of `mpirun -np 2 hrm train --resume` at a random moment, every other time inside a save, resumes,
 * and compares the ends of the runs with one that nobody killed. `--seed` makes the moments again, as far as a machine
 * repeats itself. Needs Open MPI.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { RandomStream } from '@hrm/layers';
import { openMpiEnvironment } from '../../tests/mpi';
import { recordFigures, tellProgress } from '../src/record-figures';
import { hrmProgram, workFolder } from '../src/soak-folder';
import { soakOptions } from '../src/soak-options';
import { fingerprint, writeTinyConfig } from '../src/tiny-run';

const options = soakOptions({ kills: 50, ranks: 2, seed: 0, steps: 60, backend: 'cpu' });
const folder = workFolder();
const config = writeTinyConfig(folder, { steps: options.steps });
const losses: string[] = [];
const lose = (loss: string) => {
  losses.push(loss);
  console.log(loss);
};
const stream = new RandomStream(options.seed);
const random = () => stream.uniform();

/** The result of one start. */
interface Ending {
  code: number | null;
  stderr: string;
  /** How long all ranks took to end after one was killed. */
  afterKill: number | undefined;
  seconds: number;
}

/** Starts the ranks. Calls `plan` with a function that kills a random one. */
function startRanks(run: string, plan: (kill: () => void) => () => void): Promise<Ending> {
  const words = ['train', config, '--out', run, '--resume', '--no-report', '--backend', options.backend];
  const started = performance.now();
  const child = spawn('mpirun', ['-np', `${options.ranks}`, process.execPath, hrmProgram, ...words], {
    env: { ...process.env, ...openMpiEnvironment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let killed: number | undefined;
  const kill = (): void => {
    if (killed !== undefined || child.exitCode !== null) return;
    const ranks = spawnSync('pgrep', ['-P', `${child.pid}`], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n');
    // mpirun has not started them all.
    if (ranks.length < options.ranks) return void setTimeout(kill, 20);
    killed = performance.now();
    process.kill(Number(ranks[Math.floor(random() * ranks.length)]), 'SIGKILL');
  };
  const stop = plan(kill);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      stop();
      const now = performance.now();
      const afterKill = killed === undefined ? undefined : (now - killed) / 1000;
      resolve({ code, stderr, afterKill, seconds: (now - started) / 1000 });
    });
  });
}

/** Calls `act` a few milliseconds after the run begins to save a checkpoint. */
function onSave(run: string, act: () => void): () => void {
  const checkpoints = join(run, 'checkpoints');
  mkdirSync(checkpoints, { recursive: true });
  const watcher = watch(checkpoints, (_, name) => void (name?.startsWith('.saving-') && setTimeout(act, random() * 6)));
  return () => watcher.close();
}

const untouched = join(folder, 'untouched');
const first = await startRanks(untouched, () => () => undefined);
if (first.code !== 0) throw new Error(`the run left alone failed:\n${first.stderr}`);
const expected = fingerprint(untouched);
let [kills, insideSave, runs, longest, start] = [0, 0, 0, 0, 0];
let run = join(folder, 'run-0');
while (losses.length < 20 && (kills < options.kills || existsSync(run))) {
  const aimsAtSave = start++ % 2 === 0 && existsSync(join(run, 'config.json'));
  const ending = await startRanks(run, (kill) => {
    if (kills >= options.kills) return () => undefined;
    if (aimsAtSave) return onSave(run, kill);
    const timer = setTimeout(kill, random() * 600 * first.seconds);
    return () => clearTimeout(timer);
  });
  if (ending.afterKill !== undefined) {
    kills++;
    if (aimsAtSave) insideSave++;
    longest = Math.max(longest, ending.afterKill);
    if (ending.code === 0) lose(`run ${runs}: status 0, although a rank was killed`);
    if (ending.afterKill > 10) lose(`run ${runs}: the other ranks ended after ${ending.afterKill} s`);
  } else {
    if (ending.code !== 0) lose(`run ${runs}, start ${start} failed with ${ending.code}: ${ending.stderr}`);
    else if (!isDeepStrictEqual(fingerprint(run), expected)) lose(`run ${runs} ended otherwise`);
    rmSync(run, { recursive: true, force: true });
    run = join(folder, `run-${++runs}`);
  }
  tellProgress(() => `${kills} of ${options.kills} kills, ${losses.length} lost`);
}
recordFigures('rank-kills', {
  held: losses.length === 0,
  summary:
    `${kills} kills of a rank of ${options.ranks} (${insideSave} aimed inside a save, ${runs} runs): ${losses.length} lost; ` +
    `all ranks ended within ${longest.toFixed(1)} s`,
  losses,
});
process.exit();
