import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Wire } from '@hrm/distributed';
import { describe, expect, it } from 'vitest';
import { useEmptyFolder } from '../../reference-trainer/test/use-empty-folder';
import {
  networkOf,
  predictStep,
  ringAllGatherSeconds,
  ringAllReduceSeconds,
  type AllReduceTimes,
  type Network,
  type StepProfile,
} from '../src/bench/ranks/cost-model';
import { jobsOf, type RanksMeasurement } from '../src/bench/ranks/measure-ranks';
import { callNotes, loopback } from '../src/bench/ranks/noted-communicators';
import { ranksChart } from '../src/bench/ranks/ranks-chart';
import { findLauncher, ranksContender } from '../src/bench/ranks/ranks-contender';
import { checksOf, efficienciesOf, predictionsOf } from '../src/bench/ranks/ranks-figures';
import { ranksReport } from '../src/bench/ranks/ranks-report';
import { runHrmLab } from './run-hrm-lab';
import { runInProcess } from './run-in-process';
import { machine } from './made-up-machine';

useEmptyFolder('bench-ranks');

/** 1 GB/s, 1 ms. */
const network: Network = { bitsPerSecond: 8e9, latencySeconds: 1e-3, hostSecondsPerByte: { float32: 0, bfloat16: 0 } };
const free: Network = { ...network, bitsPerSecond: Infinity, latencySeconds: 0 };

/** What all-reduces take on a network. */
function timesOf(of: Network, ranks: number): AllReduceTimes {
  const time = (bytes: number, wire: Wire = 'float32') => ({
    bytes,
    seconds: ringAllReduceSeconds(bytes, ranks, of, wire),
  });
  return { short: time(1024), long: { float32: time(2 ** 24), bfloat16: time(2 ** 24, 'bfloat16') } };
}

describe('the cost of a ring', () => {
  it('is that of the formulas', () => {
    expect(ringAllReduceSeconds(1e9, 2, network)).toBeCloseTo(1 + 0.002, 12);
    expect(ringAllReduceSeconds(1e9, 4, network)).toBeCloseTo(1.5 + 0.006, 12);
    expect(ringAllGatherSeconds(1e9, 4, network)).toBeCloseTo(3 + 0.006, 12);
    expect(ringAllReduceSeconds(1e9, 2, { ...free, hostSecondsPerByte: { float32: 1e-9, bfloat16: 0 } })).toBeCloseTo(
      1,
      12,
    );
  });

  it('is nothing for one rank, and never more than twice the bytes for many', () => {
    expect(ringAllReduceSeconds(1e9, 1, network)).toBe(0);
    expect(ringAllGatherSeconds(1e9, 1, network)).toBe(0);
    const limit = ringAllReduceSeconds(1e9, 1e6, { ...network, latencySeconds: 0 });
    expect(limit).toBeLessThan(2);
    expect(limit).toBeCloseTo(2, 4);
  });

  it('is found again from a short and a long all-reduce', () => {
    const measured = { ...network, hostSecondsPerByte: { float32: 1e-9, bfloat16: 3e-9 }, bitsPerSecond: Infinity };
    const found = networkOf(timesOf(measured, 4), 4);
    expect(found.latencySeconds).toBeCloseTo(1e-3, 12);
    expect(found.hostSecondsPerByte.float32).toBeCloseTo(1e-9, 15);
    expect(found.hostSecondsPerByte.bfloat16).toBeCloseTo(3e-9, 12);
    const { short } = timesOf(measured, 4);
    expect(() => networkOf({ short, long: { float32: short, bfloat16: short } }, 4)).toThrow(RangeError);
  });
});

/** Two buckets of 1 GB, which are read one after the other, and then rows. */
const profile: StepProfile = {
  seconds: 10,
  calls: [
    { kind: 'allReduce', bytes: 1e9, at: 8 },
    { kind: 'allReduce', bytes: 1e9, at: 8.4 },
    { kind: 'allGather', bytes: 1e8, at: 9 },
  ],
};

describe('predictStep', () => {
  it('of one rank, or on a network that takes no time, is the step alone', () => {
    expect(predictStep(profile, 1, network)).toEqual({ seconds: 10, wireSeconds: 0, waitedSeconds: 0 });
    expect(predictStep(profile, 1024, free).seconds).toBe(10);
  });

  it('sends a bucket while the next is read, and waits for all before the rows', () => {
    // The wire is busy from 8 to 10; rows follow for 0.1, with the rank 1.1 late.
    const { seconds, wireSeconds, waitedSeconds } = predictStep(profile, 2, { ...network, latencySeconds: 0 });
    expect(seconds).toBeCloseTo(11.1, 12);
    expect(wireSeconds).toBeCloseTo(2.1, 12);
    expect(waitedSeconds).toBeCloseTo(1.1, 12);
  });

  it('hides what goes out early behind the work', () => {
    const early = { seconds: 10, calls: [{ kind: 'allReduce', bytes: 1e9, at: 1 } as const] };
    expect(predictStep(early, 2, network).seconds).toBe(10);
  });

  it('halves summed numbers in bfloat16, not the rows', () => {
    expect(predictStep(profile, 2, { ...network, latencySeconds: 0 }, 'bfloat16').wireSeconds).toBeCloseTo(1.1, 12);
  });

  it('grows with the ranks, and with the rows of all of them', () => {
    const seconds = [2, 8, 64, 1024].map((ranks) => predictStep(profile, ranks, network).seconds);
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
    expect(seconds.at(-1)! - seconds.at(-2)!).toBeGreaterThan(0.1 * (1024 - 64));
  });
});

const sizes = { hidden: 8, layers: 1, heads: 1, batch: 6, tokens: 4, segments: 2 };
const times = (seconds: number[][]) => ({ seconds, processorSeconds: seconds.map(([s]) => s!), peakRssMib: 100 });
const measurement: RanksMeasurement = {
  sizes,
  ranks: 2,
  wire: 'float32',
  contenders: {
    one: times([[10], [10]]),
    weak: times([[12.5], [10]]),
    strong: times([[8], [10]]),
    apart: times([[11], [11]]),
    loopback: times([[10], [10]]),
  },
  profile,
  allReduce: timesOf({ ...network, hostSecondsPerByte: { float32: 0, bfloat16: 1e-9 } }, 2),
  load: [0.1, 0.2],
};
const results = [
  {
    size: 'medium' as const,
    measurement,
    efficiencies: efficienciesOf('medium', measurement),
    checks: checksOf(measurement, network),
  },
];
const predictions = [
  {
    size: 'medium' as const,
    predictions: predictionsOf(measurement, {
      ranks: [8, 1024],
      gbits: [10, 100],
      latencySeconds: 25e-6,
      local: timesOf(free, 2),
      localRanks: 2,
    }),
  },
];

describe('figures', () => {
  it('efficiency is the work of N ranks over N times that of one, by wall and processor time', () => {
    const [weak, strong] = efficienciesOf('medium', measurement);
    expect(weak).toMatchObject({ scaling: 'weak', wall: { median: 0.9, least: 0.8, most: 1 }, verdict: 'ok' });
    expect(strong).toMatchObject({ scaling: 'strong', wall: { least: 0.5, most: 0.625 }, verdict: 'missed' });
    expect(efficienciesOf('medium', { ...measurement, ranks: 4 })[0]!.verdict).toBe('no floor');
    const link = { latencySeconds: 1e-4, bitsPerSecond: 1e9, hostSecondsPerByte: { float32: 0, bfloat16: 0 } };
    expect(efficienciesOf('medium', measurement, link).map(({ verdict }) => verdict)).toEqual(['no floor', 'no floor']);
  });

  it('the check slows the step down as processes that train apart are', () => {
    const [byAllReduces, byLink] = checksOf(measurement, { ...network, latencySeconds: 0 });
    // Calls at 8.8, 9.24 and 9.9; the wire is busy until 10.8, so the rank waits 0.9 s, and 0.1 s for the rows.
    expect(byLink).toEqual({ from: 'the link', predicted: expect.closeTo(11 + 1, 9), measured: 11.25 });
    expect(byAllReduces!.predicted).toBeCloseTo(byLink!.predicted + 0.006, 3);
    const halved = checksOf({ ...measurement, wire: 'bfloat16' }, { ...network, latencySeconds: 0 })[1]!;
    // The wire is busy until 9.8 only.
    expect(halved.predicted).toBeCloseTo(11 + 0.1, 9);
  });

  it('predicts more for more ranks and slower networks', () => {
    const at = (ranks: number, gbits: number, wire: string) =>
      predictions[0]!.predictions.find((one) => one.ranks === ranks && one.gbits === gbits && one.wire === wire)!;
    expect(at(8, 10, 'float32').seconds).toBeGreaterThan(at(8, 100, 'float32').seconds);
    expect(at(1024, 10, 'float32').efficiency).toBeLessThan(at(8, 10, 'float32').efficiency);
    expect(at(8, 10, 'bfloat16').seconds).toBeLessThan(at(8, 10, 'float32').seconds);
  });

  it('are in the report and the chart, with the processor', () => {
    const report = ranksReport(results, predictions, { machine, latencyMicroseconds: 25 });
    expect(report).toMatch(/\| medium \| 2 +\| strong +\| 0\.563 \(0\.500-0\.625\) \|.*MISSED \|/);
    expect(report).toContain('One thread each.');
    const rounded = results.map((result) => ({
      ...result,
      measurement: { ...measurement, wire: 'bfloat16' as const },
    }));
    expect(ranksReport(rounded, [], { machine, latencyMicroseconds: 25 })).toContain(
      'gradients in bfloat16 on the wire',
    );
    expect(report).toContain('| 8 ranks');
    expect(report).toContain('1,024 ranks');
    expect(report).toContain('Fast & Sons');
    const chart = ranksChart(predictions, results, machine);
    expect(chart).toContain('Fast &amp; Sons');
    expect(chart.match(/<polyline/g)).toHaveLength(4);
    expect(chart).not.toContain('NaN');
  });
});

it('the loopback gives what a rank gives, and notes it', async () => {
  const notes = callNotes();
  const communicator = loopback(3, notes);
  notes.begin();
  expect(await communicator.allReduce(Float32Array.of(1, 2))).toEqual(Float32Array.of(1, 2));
  expect(await communicator.allGather(Uint8Array.of(7))).toEqual([[7], [7], [7]].map((own) => Uint8Array.from(own)));
  expect(notes.calls.map(({ kind, bytes }) => [kind, bytes])).toEqual([
    ['allReduce', 8],
    ['allGather', 1],
  ]);
  notes.begin();
  expect(notes.calls).toEqual([]);
});

it('each contender has its ranks and its share of the batch', () => {
  const of = (ranks: number) =>
    Object.entries(jobsOf(sizes, { ranks, wire: 'bfloat16', backend: 'cpu', compile: 'eager' })).map(([name, job]) => {
      const { args } = ranksContender({ words: ['mpirun', '--host', 'a'], kind: 'Open MPI', version: '4' }, job);
      expect(args.slice(0, 2)).toEqual(['--host', 'a']);
      expect(job.wire).toBe('bfloat16');
      return [name, args[args.indexOf('-np') + 1], job.sizes.batch];
    });
  expect(of(2)).toEqual([
    ['one', '1', 6],
    ['weak', '2', 6],
    ['strong', '2', 3],
    ['apart', '2', 6],
    ['loopback', '1', 6],
  ]);
  expect(of(4).map(([name]) => name)).toEqual(['one', 'weak', 'apart', 'loopback']);
});

describe('wrong options', () => {
  it.each([
    [['--ranks', '1'], 'expected a number above 1 too'],
    [['--ranks', '2,x'], '--ranks: expected numbers of ranks'],
    [['--ranks', '2', '--link', '1'], '--link: expected two numbers'],
    [['--ranks', '2', '--link', '0,5'], '--link: expected Gbit/s'],
    [['--ranks', '2', '--bandwidth', '10,fast'], '--bandwidth: expected Gbit/s'],
    [['--ranks', '2', '--latency', '1,2'], '--latency: expected one number'],
    [['--ranks', '2', '--sizes', 'wasm'], '--ranks takes some of small, medium, large, not wasm'],
    [['--ranks', '2', '--launcher', ' '], '--launcher: expected a command'],
    [['--ranks', '2', '--quick'], '--quick belongs to --against'],
    [['--data', '--link', '1,2'], '--link belongs to --ranks'],
    [['--ranks', '2', '--wire', 'float8'], '--wire: expected float32 or bfloat16'],
  ])('hrm-lab bench %j', async (args, named) => {
    const { status, stderr } = await runInProcess(['bench', ...args]);
    expect(stderr).toContain(named);
    expect(status).toBe(2);
  });

  it('a launcher that is not there is named, with what to install', async () => {
    await expect(findLauncher(['no-such-mpirun'])).rejects.toThrow(/no-such-mpirun --version.*apt install openmpi-bin/);
  });
});

it('times ranks that mpirun starts', async (context) => {
  if (spawnSync('mpirun', ['--version']).status !== 0) {
    const message = 'NOT RUN: there is no mpirun. Install one (Debian: apt install openmpi-bin).';
    process.stderr.write(`${context.task.name} ${message}\n`);
    return context.skip(message);
  }
  const words = ['--sizes', 'small', '--batch', '2', '--rounds', '1', '--steps', '1', '--backend', 'cpu'];
  const { status, stderr } = await runHrmLab(['bench', '--ranks', '1,2', ...words, '--out', 'ranks']);
  expect(status, stderr).toBe(0);
  const written = JSON.parse(readFileSync('ranks/ranks.json', 'utf8')) as { results: (typeof results)[number][] };
  const [{ measurement: found, efficiencies, checks }] = written.results as [(typeof results)[number]];
  expect(Object.keys(found.contenders).sort()).toEqual(['apart', 'loopback', 'one', 'strong', 'weak']);
  // Figures, gradients, identifiers, rows.
  const calls = ['allReduce', 'allReduce', 'allGather', 'allGather'];
  expect(found.profile.calls.map(({ kind }) => kind)).toEqual(calls);
  expect(efficiencies.map(({ wall }) => wall.median > 0)).toEqual([true, true]);
  expect(checks[0]!.predicted).toBeGreaterThan(0);
  expect(readFileSync('ranks/ranks.svg', 'utf8')).toContain('</svg>');
  expect(readFileSync('ranks/ranks.md', 'utf8')).toContain('1,024 ranks');
});
