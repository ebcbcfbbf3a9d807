/**
 * Kills runs at random moments, every other time inside a save, starts them again, and compares their ends with those of
 * runs that nobody killed. `--kills` of a program that does nothing but save through the checkpoint store, and
 * `--train-kills` of `hrm train --resume` itself, from its first millisecond on.
 */
import { isDeepStrictEqual } from 'node:util';
import { existsSync, mkdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { bundleProgram, startProgram } from '../../packages/trainer/test/checkpoint/child-program';
import { killUntilDone } from '../../packages/trainer/test/checkpoint/kill-until-done';
import { startHrm } from '../src/hrm-process';
import { recordFigures, tellProgress } from '../src/record-figures';
import { soakOptions } from '../src/soak-options';
import { repository, workFolder } from '../src/soak-folder';
import { fingerprint, writeTinyConfig } from '../src/tiny-run';

const options = soakOptions({ kills: 500, trainKills: 100 });
const folder = workFolder();
const losses: string[] = [];

/** The program that only saves: rounds of 20 kills, each of which must end as the run that was left alone. */
async function killSavingRuns(kills: number): Promise<{ kills: number; insideSave: number; runs: number }> {
  const program = await bundleProgram('saving-program', join(folder, 'program'), join(repository, 'packages'));
  const untouched = join(folder, 'untouched');
  const { output } = await startProgram(program, [untouched, '200']).ending;
  const expected = /done ([0-9a-f]+)/.exec(output)?.[1];
  const metrics = readFileSync(join(untouched, 'metrics.jsonl'));
  const done = { kills: 0, insideSave: 0, runs: 0 };
  while (done.kills < kills) {
    const run = join(folder, `saving-${done.runs}`);
    try {
      const killed = await killUntilDone(program, run, 200, Math.min(20, kills - done.kills));
      done.kills += killed.kills;
      done.insideSave += killed.killsInsideSave;
      if (killed.result !== expected) losses.push(`run ${done.runs} ended otherwise: ${killed.result}`);
      if (!metrics.equals(readFileSync(join(run, 'metrics.jsonl')))) losses.push(`run ${done.runs}: other metrics`);
    } catch (error) {
      losses.push(`run ${done.runs}: ${(error as Error).message}`);
      if (losses.length > 20) break;
    }
    done.runs++;
    rmSync(run, { recursive: true, force: true });
    tellProgress(() => `${done.kills} of ${kills} kills of the saving program, ${losses.length} lost`);
  }
  return done;
}

/** Calls `act` when the run begins to save a checkpoint. */
function onSave(run: string, act: () => void): () => void {
  const checkpoints = join(run, 'checkpoints');
  mkdirSync(checkpoints, { recursive: true });
  const watcher = watch(checkpoints, (_, name) => void (name?.startsWith('.saving-') && act()));
  return () => watcher.close();
}

/** `hrm train --resume`, killed until it has come to its end. */
async function killTrainingRuns(kills: number): Promise<{ kills: number; insideSave: number; runs: number }> {
  const config = writeTinyConfig(folder);
  const args = (run: string) => ['train', config, '--out', run, '--resume'];
  const untouched = join(folder, 'untouched-training');
  const first = await startHrm(args(untouched)).ending;
  if (first.code !== 0) throw new Error(`the run left alone failed:\n${first.stderr}`);
  const expected = fingerprint(untouched);
  const done = { kills: 0, insideSave: 0, runs: 0 };
  let run = join(folder, 'training-0');
  for (let start = 0; done.kills < kills || existsSync(run); start++) {
    const { child, ending } = startHrm(args(run));
    let [stopWatching, timer]: [() => void, NodeJS.Timeout | undefined] = [() => {}, undefined];
    let aimedAtSave = false;
    const killIn = (milliseconds: number) => {
      timer ??= setTimeout(() => child.kill('SIGKILL'), milliseconds);
    };
    if (done.kills < kills) {
      // The first save of all is watched for as well; before it there is no folder of checkpoints.
      if (start % 2 === 0 && existsSync(join(run, 'config.json'))) {
        aimedAtSave = true;
        stopWatching = onSave(run, () => killIn(Math.random() * 6));
      } else killIn(100 + Math.random() * 2500);
    }
    const { code, signal, stderr, stdout } = await ending;
    clearTimeout(timer);
    stopWatching();
    if (signal === 'SIGKILL') {
      done.kills++;
      if (aimedAtSave) done.insideSave++;
      if (stdout.includes('Warning')) losses.push(`training run ${done.runs}, start ${start}: ${stdout}`);
    } else {
      if (code !== 0) losses.push(`training run ${done.runs}, start ${start} failed with ${code}: ${stderr}`);
      else if (!isDeepStrictEqual(fingerprint(run), expected)) losses.push(`training run ${done.runs} ended otherwise`);
      rmSync(run, { recursive: true, force: true });
      run = join(folder, `training-${++done.runs}`);
      if (losses.length > 20) break;
    }
    tellProgress(() => `${done.kills} of ${kills} kills of hrm train, ${losses.length} lost`);
  }
  return done;
}

if (options.kills > 0) {
  const { kills, insideSave, runs } = await killSavingRuns(options.kills);
  recordFigures('kills', {
    held: losses.length === 0,
    summary: `${kills} kills of a saving program (${insideSave} inside a save, ${runs} runs): ${losses.length} lost`,
    losses: [...losses],
  });
}
if (options.trainKills > 0) {
  losses.length = 0;
  const { kills, insideSave, runs } = await killTrainingRuns(options.trainKills);
  recordFigures('kills-of-training', {
    held: losses.length === 0,
    summary: `${kills} kills of hrm train (${insideSave} aimed inside a save, ${runs} runs): ${losses.length} lost`,
    losses,
  });
}
process.exit();
