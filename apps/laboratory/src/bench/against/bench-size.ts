import type { BenchSizes } from '@hrm/cli/internal';
import type { ContenderName } from './size-measurement';

/** A size of the benchmark, and the work that is timed. */
export interface BenchSize {
  label: string;
  work: 'train' | 'evaluate';
  sizes: BenchSizes;
  /** Steps or evaluations of a contender in one turn. */
  turn: number;
  quickTurn: number;
  contenders: readonly ContenderName[];
}

const small = { hidden: 64, layers: 1, heads: 1, batch: 64, tokens: 16, segments: 16 };
const medium = { hidden: 128, layers: 2, heads: 2, batch: 128, tokens: 81, segments: 16 };
const large = { hidden: 512, layers: 4, heads: 8, batch: 32, tokens: 81, segments: 16 };

const labels = {
  small: 'hidden 64, 1+1 layers, batch 64, 16 tokens',
  medium: 'hidden 128, 2+2 layers, batch 128, 81 tokens',
  large: '27M (hidden 512, 4+4 layers), batch 32, 81 tokens',
};

const withoutCompiled = ['eager', 'ours'] as const;
const inFloat32 = ['eager', 'compiled', 'ours'] as const;
const inBoth = [...inFloat32, 'eager-bfloat16', 'compiled-bfloat16', 'ours-bfloat16'] as const;

/** The sizes of `hrm-lab bench --against pytorch`, by name. Each has its own processes, and can be measured alone. */
export const benchSizes = {
  small: { label: labels.small, work: 'train', sizes: small, turn: 20, quickTurn: 8, contenders: inFloat32 },
  medium: { label: labels.medium, work: 'train', sizes: medium, turn: 3, quickTurn: 1, contenders: inBoth },
  large: { label: labels.large, work: 'train', sizes: large, turn: 2, quickTurn: 1, contenders: inBoth },
  'medium-evaluation': {
    label: labels.medium,
    work: 'evaluate',
    sizes: medium,
    turn: 1,
    quickTurn: 1,
    contenders: withoutCompiled,
  },
  'large-evaluation': {
    label: labels.large,
    work: 'evaluate',
    sizes: large,
    turn: 1,
    quickTurn: 1,
    contenders: [...withoutCompiled, 'eager-bfloat16', 'ours-bfloat16'],
  },
  // Only ours, compared with the speed of WebAssembly itself. A batch of 128 would not fit its 4 GB of memory.
  wasm: {
    label: 'hidden 128, 2+2 layers, batch 32, 81 tokens on WebAssembly',
    work: 'train',
    sizes: { ...medium, batch: 32 },
    turn: 1,
    quickTurn: 1,
    contenders: ['ours'],
  },
} as const satisfies { [name: string]: BenchSize };

export type BenchSizeName = keyof typeof benchSizes;
