/**
 * `--signals` SIGINT and SIGTERM, a third of them double, at random moments of `hrm train`, whose end must be that of a run left
 * alone; `--rounds` of six processes that want one lock, one of them killed while it holds it; `--writers` rounds of `hrm train`
 * on a run that another process trains, which is then killed.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { newestStep, signalRun } from '../../apps/reference-trainer/test/signalled-run';
import { bundleProgram, startProgram } from '../../packages/trainer/test/checkpoint/child-program';
import { startHrm } from '../src/hrm-process';
import { recordFigures, tellProgress } from '../src/record-figures';
import { soakOptions } from '../src/soak-options';
import { repository, workFolder } from '../src/soak-folder';
import { fingerprint, writeTinyConfig } from '../src/tiny-run';

const options = soakOptions({ signals: 200, rounds: 200, writers: 20 });
const folder = workFolder();
const problems: string[] = [];
const schedule = { type: 'one-step-gradient', hCycles: 1, lCycles: 1 };
const config = writeTinyConfig(
  folder,
  { steps: 150, batchSize: 2, evaluateEvery: 60, checkpointEvery: 10 },
  { hiddenSize: 8, puzzleEmbeddingSize: 8, schedule },
);
const train = (run: string, ...more: readonly string[]) =>
  startHrm(['train', config, '--out', run, '--resume', ...more]);

async function sendSignals(wanted: number) {
  const whole = join(folder, 'whole');
  const { code: ending, stderr: reason } = await train(whole).ending;
  if (ending !== 0) throw new Error(`the run left alone ended with ${ending}: ${reason}`);
  const expected = fingerprint(whole);
  const counts = { signals: 0, doubles: 0, abrupt: 0, runs: 0 };
  const milliseconds: number[] = [];
  const run = join(folder, 'signalled');
  for (let start = 0; counts.signals < wanted || existsSync(run); start++) {
    try {
      if (counts.signals >= wanted) {
        const { code } = await train(run).ending;
        if (code !== 0) problems.push(`the last start ended with ${code}`);
      }
      const sent = counts.signals < wanted ? await signalRun(() => train(run).child, run, start) : undefined;
      if (sent === undefined || sent.isDone) {
        if (!isDeepStrictEqual(fingerprint(run), expected)) problems.push(`run ${counts.runs} ended otherwise`);
        counts.runs++;
        rmSync(run, { recursive: true });
        continue;
      }
      counts.signals++;
      counts.doubles += Number(sent.isDouble);
      counts.abrupt += Number(sent.isAbrupt);
      if (sent.isAbrupt) milliseconds.push(sent.milliseconds);
    } catch (error) {
      problems.push(`start ${start}: ${(error as Error).message}`);
      rmSync(run, { recursive: true, force: true });
      if (problems.length > 10) break;
    }
    tellProgress(() => `${counts.signals} of ${wanted} signals, ${problems.length} problems`);
  }
  milliseconds.sort((a, b) => a - b);
  return { ...counts, medianMillisecondsOfAbrupt: Math.round(milliseconds[milliseconds.length >> 1] ?? 0) };
}

async function contendForLocks(rounds: number): Promise<number> {
  const program = await bundleProgram('locking-program', join(folder, 'program'), join(repository, 'packages'));
  for (let round = 0; round < rounds; round++) {
    const run = join(folder, `locked-${round}`);
    mkdirSync(run);
    const started = Array.from({ length: 6 }, (_, i) => startProgram(program, [run, i === 0 ? 'die' : 'take', '2']));
    const endings = await Promise.all(started.map(({ ending }) => ending));
    for (const [i, { signal, output, errors }] of endings.entries()) {
      const isRight = errors === '' && output === (i === 0 ? '' : 'done\n') && signal === (i === 0 ? 'SIGKILL' : null);
      if (!isRight) problems.push(`lock round ${round}, process ${i}: ${String(signal)} ${output} ${errors}`);
    }
    rmSync(run, { recursive: true });
    tellProgress(() => `${round + 1} of ${rounds} rounds for a lock, ${problems.length} problems`);
  }
  return rounds;
}

async function contendForRuns(rounds: number): Promise<number> {
  const endless = ['--set', 'training.steps=1000000', '--set', 'training.evaluateEvery=1000000'];
  for (let round = 0; round < rounds; round++) {
    const run = join(folder, `contested-${round}`);
    const first = train(run, ...endless);
    const hasSaved = () => existsSync(join(run, 'checkpoints')) && readdirSync(join(run, 'checkpoints')).some((name) => name.startsWith('checkpoint-')); // prettier-ignore
    while (!hasSaved() && first.child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
    if (first.child.exitCode !== null) {
      problems.push(`writer round ${round}: it saved nothing: ${(await first.ending).stderr}`);
      continue;
    }
    const others = await Promise.all([train(run, ...endless).ending, train(run, ...endless).ending]);
    for (const { code, stderr } of others) {
      if (code !== 1 || !stderr.includes(`in use by process ${first.child.pid}`)) problems.push(`writer round ${round}: ${code} ${stderr}`); // prettier-ignore
    }
    first.child.kill('SIGKILL');
    await first.ending;
    const step = newestStep(run);
    const { code, stdout, stderr } = await train(run, ...endless, '--max-steps', String(step + 2)).ending;
    if (code !== 0 || !stdout.includes(`Resuming at step ${step}.`)) problems.push(`taking over ${round}: ${code} ${stderr}`); // prettier-ignore
    rmSync(run, { recursive: true });
    tellProgress(() => `${round + 1} of ${rounds} contested runs, ${problems.length} problems`);
  }
  return rounds;
}

const locks = await contendForLocks(options.rounds);
const signals = await sendSignals(options.signals);
const writers = await contendForRuns(options.writers);
recordFigures('interruptions', {
  held: problems.length === 0,
  summary:
    `${signals.signals} signals (${signals.doubles} double, ${signals.abrupt} of which ended the step as well) over ${signals.runs} runs; ` +
    `${locks} rounds of 6 processes for one lock, one killed holding it; ${writers} runs of hrm train contested by two more and ` +
    `taken over from a killed one: ${problems.length} problems`,
  signals,
  locks,
  writers,
  problems,
});
process.exit();
