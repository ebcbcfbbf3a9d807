import { type BenchSizes, evaluationFlops, summarize, trainingFlops } from '@hrm/cli/internal';
import { Contender, type ContenderCommand } from '../contenders/contender';
import { fitPowerLaw } from './power-law';

/** The sizes that stay fixed while one grows. */
export const growthBase: BenchSizes = { hidden: 128, layers: 2, heads: 2, batch: 32, tokens: 81, segments: 16 };

/** The dimensions that grow, with their values and the work that is timed. Heads stay 64 wide. */
export const growthDimensions = {
  batch: { label: 'batch', work: 'train', values: [8, 16, 32, 64, 128], at: (batch: number) => ({ batch }) },
  tokens: { label: 'tokens', work: 'train', values: [16, 36, 81, 144, 256], at: (tokens: number) => ({ tokens }) },
  hidden: {
    label: 'hidden size',
    work: 'train',
    values: [64, 128, 192, 256, 384],
    at: (hidden: number) => ({ hidden, heads: hidden / 64 }),
  },
  layers: {
    label: 'layers in each module',
    work: 'train',
    values: [1, 2, 3, 4, 6],
    at: (layers: number) => ({ layers }),
  },
  segments: {
    label: 'segments of an evaluation',
    work: 'evaluate',
    values: [2, 4, 8, 16, 32],
    at: (segments: number) => ({ segments }),
  },
  cycles: {
    label: 'H-cycles, with 2 L-cycles each',
    work: 'train',
    values: [1, 2, 3, 4, 6],
    at: (hCycles: number) => ({ hCycles }),
  },
} as const satisfies {
  [name: string]: {
    label: string;
    work: 'train' | 'evaluate';
    values: readonly number[];
    at: (value: number) => Partial<BenchSizes>;
  };
};

export type GrowthDimension = keyof typeof growthDimensions;

/** One value: median seconds, and operations of its matrix products. */
export interface GrowthPoint {
  value: number;
  seconds: number;
  gflops: number;
}

/** The growth of time with one dimension. */
export interface Growth {
  dimension: GrowthDimension;
  label: string;
  points: GrowthPoint[];
  /** Exponent of the seconds: 1 if twice the size takes twice as long. */
  exponent: number;
  /** Exponent of the operations of the matrix products, for comparison. */
  expected: number;
}

/** Fits both exponents. */
export function growthOf(dimension: GrowthDimension, points: GrowthPoint[]): Growth {
  const exponent = (y: (point: GrowthPoint) => number) =>
    fitPowerLaw(points.map((point) => ({ x: point.value, y: y(point) }))).exponent;
  return {
    dimension,
    label: growthDimensions[dimension].label,
    points,
    exponent: exponent(({ seconds }) => seconds),
    expected: exponent(({ gflops }) => gflops),
  };
}

/** Options of {@link measureGrowth}. */
export interface MeasureGrowthOptions {
  dimensions: readonly GrowthDimension[];
  /** Steps or evaluations timed at each point. */
  steps: number;
  /** The process that runs one size. */
  contender: (sizes: BenchSizes) => ContenderCommand;
  onProgress?: (what: string) => void;
}

/** Times every point in a process of its own, so that memory of another has no effect. The base size is timed once. */
export async function measureGrowth(options: MeasureGrowthOptions): Promise<Growth[]> {
  const { dimensions, steps, contender, onProgress = () => {} } = options;
  const timed = new Map<string, number>();
  const growths: Growth[] = [];
  for (const dimension of dimensions) {
    const { work, values, at, label } = growthDimensions[dimension];
    const points: GrowthPoint[] = [];
    for (const value of values) {
      const sizes = { ...growthBase, ...at(value) };
      const key = JSON.stringify([work, { hCycles: 2, ...sizes }]);
      let seconds = timed.get(key);
      if (seconds === undefined) {
        onProgress(`${label} ${value}`);
        seconds = await timePoint(contender(sizes), work, steps);
        timed.set(key, seconds);
      }
      const flops = work === 'train' ? trainingFlops(sizes) : evaluationFlops(sizes);
      points.push({ value, seconds, gflops: flops / 1e9 });
    }
    growths.push(growthOf(dimension, points));
  }
  return growths;
}

async function timePoint(command: ContenderCommand, work: 'train' | 'evaluate', steps: number): Promise<number> {
  const { contender } = await Contender.start(command);
  try {
    await contender[work](work === 'train' ? 2 : 1);
    return summarize(await contender[work](steps)).median;
  } finally {
    await contender.end();
  }
}
