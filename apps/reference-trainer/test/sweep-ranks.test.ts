import { setTimeout } from 'node:timers/promises';
import { ranksInProcess } from '@hrm/distributed';
import { launchedRanks } from '@hrm/distributed/mpi';
import { expect, it } from 'vitest';
import { environmentOfJob, type RunningJob } from '../src/sweep/run-job';
import { runJobs, type SweepRound } from '../src/sweep/run-jobs';

const names = Array.from({ length: 7 }, (_, index) => `seed=${index}`);

/** Runs that last until `end`, or until they are stopped. */
function jobsOfRank(end: Promise<unknown>) {
  const started: string[] = [];
  const start = (name: string): RunningJob => {
    started.push(name);
    let stop = () => {};
    const stopped = new Promise<undefined>((resolve) => (stop = () => resolve(undefined)));
    return { name, ended: Promise.race([end.then(() => ({ status: 'done' as const })), stopped]), stop };
  };
  return { started, start };
}

it('ranks get each run once, and the next one when they are free', async () => {
  let endLast = () => {};
  const all = new Promise<void>((resolve) => (endLast = resolve));
  // Rank 2 is at its first run until all runs have begun.
  const ranks = ranksInProcess(3).map((communicator, rank) => ({
    communicator,
    jobs: jobsOfRank(rank === 2 ? all : Promise.resolve()),
  }));
  const rounds: SweepRound[] = [];
  const signals = { received: undefined };
  const onRound = (round: SweepRound) => {
    rounds.push(round);
    if (ranks.flatMap(({ jobs: { started } }) => started).length === names.length) endLast();
  };
  const ends = await Promise.all(
    ranks.map(({ communicator, jobs: { start } }, rank) =>
      runJobs(names, { slots: 1, start, signals, communicator, round: 20, ...(rank === 0 && { onRound }) }),
    ),
  );
  expect(ends).toEqual([undefined, undefined, undefined]);
  const [first, second, third] = ranks.map(({ jobs: { started } }) => started);
  expect([...first!, ...second!, ...third!].sort()).toEqual(names);
  expect(third).toEqual(['seed=2']);
  expect(rounds.flatMap(({ ended }) => ended.map(({ name }) => name)).sort()).toEqual(names);
  expect(rounds[0]!.running).toEqual(['seed=0', 'seed=1', 'seed=2']);
});

it('a signal to one rank stops the runs of all', async () => {
  const ranks = ranksInProcess(2).map((communicator) => ({ communicator, jobs: jobsOfRank(new Promise(() => {})) }));
  const signals: { received: 'SIGTERM' | undefined }[] = [{ received: undefined }, { received: undefined }];
  const all = ranks.map(({ communicator, jobs: { start } }, rank) =>
    runJobs(names, { slots: 2, start, signals: signals[rank]!, communicator, round: 20 }),
  );
  await setTimeout(50);
  signals[1]!.received = 'SIGTERM';
  expect(await Promise.all(all)).toEqual(['SIGTERM', 'SIGTERM']);
  expect(ranks.flatMap(({ jobs: { started } }) => started)).toHaveLength(4);
});

it('an error of one process ends its other runs', async () => {
  let stops = 0;
  const start = (name: string): RunningJob => ({
    name,
    ended: name === 'seed=1' ? Promise.reject(new Error('the disk is full')) : new Promise(() => {}),
    stop: () => stops++,
  });
  await expect(runJobs(names, { slots: 2, start, signals: { received: undefined } })).rejects.toThrow(
    'the disk is full',
  );
  expect(stops).toBe(1);
});

it('a run of a sweep is not a rank', () => {
  const launchers = [
    { OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '2', PMIX_RANK: '1' },
    { PMI_RANK: '1', PMI_SIZE: '2' },
    { SLURM_PROCID: '1', SLURM_STEP_NUM_TASKS: '2' },
  ];
  for (const variables of launchers) {
    expect(launchedRanks(variables)).toBeDefined();
    const environment = environmentOfJob({ ...variables, PATH: '/bin' });
    expect(launchedRanks(environment)).toBeUndefined();
    expect(environment).toMatchObject({ PATH: '/bin', HRM_ENDS_WITH_PARENT: '1' });
  }
});
