import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { summarize, trainingFlops } from '@hrm/cli/internal';
import type { Processor } from '@hrm/runtime/internal';
import { keptMeasurements } from '../src/bench/against/kept-measurements';
import { growthChart } from '../src/bench/growth/growth-chart';
import { growthOf } from '../src/bench/growth/growth';
import { describeMachine } from '../src/bench/report/machine';
import type { ContenderMeasurement, SizeMeasurement } from '../src/bench/against/size-measurement';
import { performanceChart } from '../src/bench/against/performance-chart';
import { contenderTable, performanceReport, targetTable } from '../src/bench/against/performance-table';
import { markdownTable } from '../src/bench/report/markdown-table';
import {
  fastestProducts,
  matmulShares,
  performanceRows,
  type PerformanceTarget,
} from '../src/bench/against/performance-target';
import { fitPowerLaw } from '../src/bench/growth/power-law';
import { axisSteps, element, textAt } from '../src/bench/report/svg';
import { benchSizes } from '../src/bench/against/bench-size';
import { machine } from './made-up-machine';

const measured = (figures: Partial<ContenderMeasurement>): ContenderMeasurement => ({
  name: 'someone',
  versions: {},
  first: 3,
  seconds: [],
  matmulGflops: [],
  peakRssMib: 1000,
  ...figures,
});

const processor = { name: machine.processor, features: ['avx512_bf16', 'avx2'] };

/** Both sides at the medium size; the machine was busy in the second round. */
const medium: SizeMeasurement = {
  sizes: benchSizes.medium.sizes,
  rounds: 3,
  date: '2026-01-02T03:04:05.000Z',
  contenders: {
    eager: measured({ name: 'eager', seconds: [[2, 2.2, 2], [8], [2.2]], matmulGflops: [200, 100, 200] }),
    ours: measured({ name: 'ours', seconds: [[1], [4], [1]], matmulGflops: [180, 110, 150] }),
  },
  failures: {},
};

describe('summarize', () => {
  it('gives the median and the range', () => {
    expect(summarize([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
    expect(summarize([10, 1, 2, 4])).toEqual({ median: 3, least: 1, most: 10 });
    expect(() => summarize([])).toThrow(RangeError);
  });
});

describe('fitPowerLaw', () => {
  it('finds exponent and factor', () => {
    const { exponent, factor } = fitPowerLaw([1, 2, 5, 10].map((x) => ({ x, y: 3 * x ** 1.5 })));
    expect(exponent).toBeCloseTo(1.5, 10);
    expect(factor).toBeCloseTo(3, 10);
  });

  it('refuses values without a logarithm, and a single x', () => {
    expect(() => fitPowerLaw([{ x: 0, y: 1 }])).toThrow('above 0');
    expect(() =>
      fitPowerLaw([
        { x: 2, y: 1 },
        { x: 2, y: 3 },
      ]),
    ).toThrow('two different');
  });
});

describe('performanceRows', () => {
  const rowOf = (work: string, figure: string, precision = 'float32') =>
    performanceRows({ medium }, processor).find(
      (one) => one.work === work && one.figure.startsWith(figure) && one.precision === precision,
    )!;

  it('divides round by round, so that a busy round has no effect', () => {
    const { measured, verdict } = rowOf('training step', 'official eager');
    expect(measured!.median).toBeCloseTo(2, 10);
    expect(measured!.most).toBeCloseTo(2.2, 10);
    expect(verdict).toBe('aim reached');
  });

  it('takes the share of the fastest product of all libraries and rounds', () => {
    const gflops = trainingFlops(benchSizes.medium.sizes) / 1e9;
    const { measured } = rowOf('training step', 'share');
    const expected = [gflops / 1 / 200, gflops / 4 / 200];
    expect(measured!.median).toBeCloseTo(expected[0]!, 10);
    expect(measured!.least).toBeCloseTo(expected[1]!, 10);
  });

  it('reports missed floors, and figures that were not measured', () => {
    const slow = { ...medium, contenders: { eager: medium.contenders.ours!, ours: medium.contenders.eager! } };
    const [row, ...others] = performanceRows({ 'medium-evaluation': slow }, processor);
    expect(row).toMatchObject({ work: 'evaluation, 16 segments', verdict: 'missed', measured: { median: 0.5 } });
    expect(others).toEqual([]);
    expect(rowOf('training step', 'torch.compile').verdict).toBe('not measured');
  });

  it('compares bfloat16 with bfloat16, where the processor has instructions for it', () => {
    const contenders = {
      ...medium.contenders,
      'eager-bfloat16': measured({ name: 'eager, bfloat16', seconds: [[1.5], [3], [1.5]], matmulGflops: [400, 300] }),
      'ours-bfloat16': measured({ name: 'ours, bfloat16', seconds: [[1], [1], [1]], matmulGflops: [390, 500] }),
    };
    const both = { medium: { ...medium, contenders } };
    const row = (name: Processor) =>
      performanceRows(both, name).find(
        ({ precision, figure }) => precision === 'bfloat16' && figure === 'official eager / ours',
      );
    expect(row(processor)).toMatchObject({ verdict: 'ok', floor: 1.3, measured: { median: 1.5, most: 3 } });
    const older = { name: 'older', features: ['avx2', 'fma'] };
    expect(row(older)).toMatchObject({ verdict: 'does not apply', measured: undefined });
    expect(row({ name: 'unknown', features: undefined })?.verdict).toBe('does not apply');
    expect(fastestProducts(both.medium, 'float32')).toEqual([200, 110, 200]);
    expect(fastestProducts(both.medium, 'bfloat16')).toEqual([400, 500, 200]);
    expect(matmulShares(both.medium, 'ours-bfloat16')![0]).toBeCloseTo(trainingFlops(medium.sizes) / 1e9 / 500, 10);
    expect(performanceReport(performanceRows(both, processor), both, machine)).toContain(
      'medium, float32: 200 (110-200); medium, bfloat16: 400 (200-500)',
    );
  });

  it('has no row for a size that was not run', () => {
    expect(performanceRows({}, processor)).toEqual([]);
    expect(performanceRows({ medium }, processor).every(({ size }) => size === 'medium')).toBe(true);
  });

  it.each([
    ['speed', 1.2, 'missed'],
    ['speed', 1.5, 'ok'],
    ['speed', 2, 'aim reached'],
    ['memory', 1.7, 'ok'],
    ['memory', 1.2, 'aim reached'],
    ['seconds', 2.5, 'missed'],
  ] as const)('holds %s of %f to be: %s', (kind, value, verdict) => {
    const bounds = kind === 'speed' ? { floor: 1.5, aim: 2 } : { floor: 2, aim: 1.5 };
    const target: PerformanceTarget = {
      size: 'medium',
      work: '',
      figure: '',
      precision: 'float32',
      kind,
      ...bounds,
      perRound: () => [value],
    };
    expect(performanceRows({ medium }, processor, [target])[0]!.verdict).toBe(verdict);
  });
});

describe('tables', () => {
  it('pads cells', () => {
    expect(markdownTable(['a', 'long name'], [['value', '1']])).toBe(
      ['| a     | long name |', '| ----- | --------- |', '| value | 1         |'].join('\n'),
    );
  });

  it('gives medians with their ranges', () => {
    const table = targetTable(performanceRows({ medium }, processor));
    expect(table).toMatch(/official eager \/ ours +\| 1\.50 +\| 2\.00 \| 2\.00 \(2\.00-2\.20\) +\| aim reached/);
    const slow = { ...medium, contenders: { eager: medium.contenders.ours!, ours: medium.contenders.eager! } };
    expect(targetTable(performanceRows({ medium: slow }, processor))).toMatch(/\| 0\.50 \(0\.45-0\.50\) \| MISSED/);
    expect(table).toMatch(/torch\.compile \/ ours +\| 1\.15 +\| 1\.40 +\| - +\| not measured/);
  });

  it('shows the figures of each contender', () => {
    const [, , , ours] = contenderTable({ medium }).split('\n');
    expect(ours).toMatch(
      /^\| medium \| ours +\| 3\.00 +\| 1\.00 \(1\.00-4\.00\) +\| 128\.0 +\| 150 \(110-180\) +\| \d+% \(\d+%-\d+%\) +\| 1000 +\|$/,
    );
  });

  it('warns of each size in whose rounds other work kept the machine busy', () => {
    const reportAt = (load: number[]) => {
      const measurements = { medium: { ...medium, load } };
      return performanceReport(performanceRows(measurements, processor), measurements, machine);
    };
    expect(reportAt([0.1, 1.4, 0.2])).toContain(
      'medium, between its rounds: Other work kept this machine busy (1.4 of 2',
    );
    expect(reportAt([0.1, 0.3])).not.toContain('busy');
  });

  it('describes the machine, and warns if it was busy', () => {
    expect(describeMachine(machine)).toBe(
      'Fast & Sons (its features are unknown), 2 cores, 16 GiB of memory, Linux 6\nNode 24.0.0, 2026-01-02',
    );
    expect(describeMachine({ ...machine, features: ['avx2', 'fma'] })).toContain('Fast & Sons (avx2, fma), 2 cores');
    expect(describeMachine({ ...machine, load: 1.5 })).toContain('(1.5 of 2 cores)');
    expect(describeMachine({ ...machine, allocator: { MALLOC_ARENA_MAX: '1' } })).toContain('MALLOC_ARENA_MAX=1');
  });
});

/** The elements in their order. @throws Error if they are not nested correctly. */
function nestedElements(svg: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  for (const [, slash, name, selfClosed] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/gi)) {
    if (slash) {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      names.push(name!);
      if (!selfClosed) open.push(name!);
    }
  }
  if (open.length > 0) throw new Error(`<${open.join('><')}> is never closed`);
  return names;
}

describe('keptMeasurements', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'hrm-kept-')), 'performance.json');
  afterAll(() => rmSync(dirname(file), { recursive: true }));

  it('keeps measurements of the same machine with the same versions', () => {
    writeFileSync(file, JSON.stringify({ format: 1, machine, measurements: { medium, other: {} } }));
    expect(keptMeasurements(file, machine)).toEqual({ medium });
    expect(keptMeasurements(file, { ...machine, processor: 'another' })).toBeUndefined();
    expect(keptMeasurements(file, { ...machine, cores: 4 })).toBeUndefined();
    expect(keptMeasurements(file, { ...machine, versions: { Node: '20.0.0' } })).toBeUndefined();
  });

  it('keeps nothing from another file', () => {
    for (const text of ['', '[]', '{"format":2}']) {
      writeFileSync(file, text);
      expect(keptMeasurements(file, machine), text).toBeUndefined();
    }
    expect(keptMeasurements(`${file}.not`, machine)).toBeUndefined();
  });
});

describe('charts', () => {
  it('escape text and attributes', () => {
    expect(textAt(1, 2.25, 'a < b & c')).toBe('<text x="1" y="2.3">a &lt; b &amp; c</text>');
    expect(element('g', { id: '"' })).toBe('<g id="&quot;"/>');
  });

  it('have round axes from 0 past the largest value', () => {
    expect(axisSteps(2.3)).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
    expect(axisSteps(0.9)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(axisSteps(5)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('draw a bar for each measured row, as long as its figure', () => {
    const rows = performanceRows({ medium }, processor);
    const svg = performanceChart(rows, machine);
    expect(nestedElements(svg).filter((name) => name === 'rect')).toHaveLength(
      1 + 3 + rows.filter((one) => one.measured).length,
    );
    expect(svg).toContain('Fast &amp; Sons');
    expect(svg).not.toContain('NaN');
    const width = (figure: number) => {
      const one = { ...rows[0]!, measured: { median: figure, least: figure, most: figure } };
      // The last rectangle, after the background and the legend.
      return Number(
        performanceChart([one], machine)
          .match(/(?<=<rect [^>]*width=")[\d.]+/g)!
          .at(-1),
      );
    };
    expect(width(1.8) / width(0.9)).toBeCloseTo(2, 2);
  });

  it('draw a plot for each dimension, and fit its powers', () => {
    const points = [8, 16, 32, 64, 128].map((value) => ({ value, seconds: 0.01 * value ** 1.2, gflops: value }));
    const growth = growthOf('batch', points);
    expect(growth.exponent).toBeCloseTo(1.2, 10);
    expect(growth.expected).toBeCloseTo(1, 10);
    const names = nestedElements(growthChart([growth, { ...growth, dimension: 'segments' }], machine));
    expect(names.filter((name) => name === 'polyline')).toHaveLength(4);
    expect(names.filter((name) => name === 'circle')).toHaveLength(10);
  });
});

describe('a share of the machine’s matmul speed above 1', () => {
  it('is an error, never a figure', () => {
    const [seconds, flops] = [0.5, trainingFlops(benchSizes.medium.sizes)];
    const ours = { name: 'ours', versions: {}, first: 1, seconds: [[seconds]], peakRssMib: 1 };
    const measured = (share: number) => {
      const contenders = { ours: { ...ours, matmulGflops: [flops / seconds / 1e9 / share] } };
      return { medium: { sizes: benchSizes.medium.sizes, rounds: 1, date: 'today', contenders, failures: {} } };
    };
    expect(
      performanceRows(measured(0.9), processor).find(({ kind }) => kind === 'share')?.measured?.median,
    ).toBeCloseTo(0.9);
    expect(() => performanceRows(measured(1.1), processor)).toThrow(/ours: a training step comes out at 110%/);
  });
});
