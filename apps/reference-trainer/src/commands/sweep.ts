import { availableParallelism } from 'node:os';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { gatherJson, type Communicator } from '@hrm/distributed';
import { RunLock } from '@hrm/trainer/checkpoint';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { argument, count, text, toggle } from '../command-line/options';
import { printedCommand } from '../command-line/printed-command';
import { backendOptions, importsOption, MOST_THREADS, precisionOption } from '../command-line/shared-options';
import { UsageError } from '../command-line/usage-error';
import { continueWithoutReaders } from '../process/lost-readers';
import { exitStatusOf, StopSignals } from '../process/stop-signals';
import { isFirstRank } from '../ranks/agree';
import { runOnRanks } from '../ranks/run-on-ranks';
import { planSweep, type SweepPlan } from '../sweep/plan-sweep';
import { runJobs } from '../sweep/run-jobs';
import { startJob } from '../sweep/run-job';
import { readOutcome, writeSweepDescription } from '../sweep/sweep-folder';
import { commandOf } from '../sweep/sweep-jobs';
import { SweepProgress } from '../sweep/sweep-progress';
import { readSweepResults } from '../sweep/sweep-results';
import { writeSweepResults } from '../sweep/write-sweep-results';
import { counted } from '../terminal/counted';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm sweep`. */
const sweepOptions = z.strictObject({
  ...backendOptions,
  ...importsOption,
  ...precisionOption,
  sweep: argument('A JSON file; not needed with --resume').optional(),
  out: text('Folder of the sweep; each run has a folder in it', {
    value: 'folder',
    expected: 'a folder for the sweep',
  }),
  data: text('Puzzles made by `hrm data`; some configs generate their own', { value: 'folder' }).optional(),
  jobs: count('Runs at a time (default: one for every --threads cores)').optional(),
  threads: count('Threads of each run (default: 1, or as the sweep was begun)', { most: MOST_THREADS }).optional(),
  resume: toggle('Continue the sweep in --out. The same command without it does so too'),
  dryRun: toggle('List the runs with their commands, and do nothing'),
  timeout: count('With mpirun or srun: seconds that ranks wait for one before they report that it hangs').default(600),
});

type SweepOptions = z.infer<typeof sweepOptions>;

/** The runs that are not done, as rank 0 reads them from the folder. All ranks must have planned the same sweep. */
async function openRuns({ out, jobs }: SweepPlan, communicator: Communicator | undefined): Promise<string[]> {
  const list = () => jobs.map(({ name }) => name).filter((name) => readOutcome(out, name)?.status !== 'done');
  if (!communicator) return list();
  const digest = createHash('sha256').update(JSON.stringify(jobs)).digest('hex');
  const [first, ...others] = await gatherJson(communicator, {
    digest,
    open: isFirstRank(communicator) ? list() : [],
  });
  const other = others.findIndex((rank) => rank.digest !== first!.digest) + 1;
  if (other > 0) {
    throw new UsageError(
      `rank ${other} on ${communicator.hosts[other]} has other runs than rank 0 on ${communicator.hosts[0]}; all ranks ` +
        'must have the same version, SWEEP and folders',
    );
  }
  return first!.open;
}

/** Prints the runs with their commands. */
function listRuns({ out, jobs, isNew }: SweepPlan, terminal: Terminal): void {
  const runs = jobs.map((job) => ({
    name: job.name,
    status: (isNew ? undefined : readOutcome(out, job.name)?.status) ?? 'open',
    command: commandOf(job),
  }));
  for (const { name, status, command } of runs) {
    terminal.say(`${name}${status === 'open' ? '' : ` (${status})`}\n  ${command}`);
  }
  terminal.result({ out, runs });
}

/** Runs `hrm sweep`, alone or as one of several ranks. */
async function sweep(options: SweepOptions, communicator: Communicator | undefined): Promise<void> {
  const terminal = new Terminal(options.json);
  if (communicator && options.jobs !== undefined) {
    throw new UsageError(
      '--jobs: as ranks of mpirun or srun, each rank has one run at a time; start more ranks instead',
    );
  }
  const plan = planSweep(options);
  const { out, jobs, threads } = plan;
  const slots = communicator ? 1 : (options.jobs ?? Math.max(1, Math.floor(availableParallelism() / threads)));
  const ranks = communicator ? ` on ${counted(communicator.size, 'rank')}` : '';
  const atOnce = Math.min(jobs.length, slots * (communicator?.size ?? 1));
  terminal.say(
    `${counted(jobs.length, 'run')}, ${atOnce} at a time${ranks}, ${counted(threads, 'thread')} each. Files: ${out}`,
  );
  if (options.dryRun) return listRuns(plan, terminal);

  if (isFirstRank(communicator)) await mkdir(out, { recursive: true });
  const lock = isFirstRank(communicator) ? await RunLock.acquire(out, { what: 'sweep' }) : undefined;
  const signals = new StopSignals((signal) =>
    terminal.say(`${signal}: all runs save and end; repeat it to stop at once`),
  );
  try {
    if (lock) await writeSweepDescription(out, plan);
    const open = await openRuns(plan, communicator);
    const done = jobs.length - open.length;
    if (done > 0) terminal.say(`${done} of them ${done === 1 ? 'is' : 'are'} done already.`);
    const byName = new Map(jobs.map((job) => [job.name, job]));
    const progress = lock && new SweepProgress(terminal, { out, jobs, done });
    const stoppedBy = await runJobs(open, {
      slots,
      start: (name) => startJob(byName.get(name)!, out, options),
      signals,
      communicator,
      onRound: (round) => progress?.show(round),
    });
    if (stoppedBy) process.exitCode = exitStatusOf(stoppedBy);
    if (!lock) return;
    const results = await readSweepResults(out, jobs, plan.sweep.metric);
    await writeSweepResults(out, results, terminal);
    if (stoppedBy) terminal.say(`Resume: ${printedCommand('sweep', '--resume', '--out', out)}`);
    else if (results.jobs.some(({ status }) => status === 'failed')) process.exitCode = 1;
    const { records: _, ...shown } = results;
    terminal.result({ out, ...shown });
  } finally {
    terminal.clearDrawing();
    signals.close();
    await lock?.release();
  }
}

export const sweepCommand = defineCommand({
  name: 'sweep',
  summary: 'Train a config with many settings and seeds, several runs at a time, and compare them',
  options: sweepOptions,
  examples: [
    'hrm sweep sweep.json --out runs/sweep',
    'hrm sweep sweep.json --out runs/sweep --dry-run',
    'hrm sweep --resume --out runs/sweep',
    'mpirun -np 8 hrm sweep sweep.json --out runs/sweep',
  ],
  notes: [
    'SWEEP is JSON: "config", a preset or a file next to it; "set", values for all runs; "grid", a list of values for each',
    'key; "list", values that change together; "seeds"; and "metric", which the table is sorted by. Such as:',
    '',
    '  {',
    '    "config": "sudoku-4x4-demo",',
    '    "set": { "training.steps": 300 },',
    '    "grid": { "training.learningRate": [1e-3, 3e-4], "model.hiddenSize": [64, 128] },',
    '    "seeds": [0, 1, 2]',
    '  }',
    '',
    'docs/sweeps.md has more.',
  ].join('\n'),
  run: (options) => continueWithoutReaders(() => runOnRanks(options, (communicator) => sweep(options, communicator))),
});
