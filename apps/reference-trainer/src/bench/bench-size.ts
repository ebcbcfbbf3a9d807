import type { BenchSizes } from './step-flops';

/** Steps and evaluations that one contender makes before the next one's turn. */
interface Turn {
  steps: number;
  evaluations: number;
}

/** A size to compare at. */
export interface BenchSize {
  label: string;
  sizes: BenchSizes;
  turn: Turn;
  quickTurn: Turn;
}

/** The sizes of `hrm bench --against pytorch`, by name. */
export const benchSizes = {
  small: {
    label: 'hidden 64, 1+1 layers, batch 64, 16 tokens',
    sizes: { hidden: 64, layers: 1, heads: 1, batch: 64, tokens: 16, segments: 16 },
    turn: { steps: 20, evaluations: 0 },
    quickTurn: { steps: 8, evaluations: 0 },
  },
  medium: {
    label: 'hidden 128, 2+2 layers, batch 128, 81 tokens',
    sizes: { hidden: 128, layers: 2, heads: 2, batch: 128, tokens: 81, segments: 16 },
    turn: { steps: 3, evaluations: 1 },
    quickTurn: { steps: 1, evaluations: 1 },
  },
  large: {
    label: '27M (hidden 512, 4+4 layers), batch 32, 81 tokens',
    sizes: { hidden: 512, layers: 4, heads: 8, batch: 32, tokens: 81, segments: 16 },
    turn: { steps: 2, evaluations: 1 },
    quickTurn: { steps: 1, evaluations: 1 },
  },
  // Ours alone, beside what WebAssembly itself can do. A batch of 128 would not fit into its 4 GB.
  wasm: {
    label: 'hidden 128, 2+2 layers, batch 32, 81 tokens on WebAssembly',
    sizes: { hidden: 128, layers: 2, heads: 2, batch: 32, tokens: 81, segments: 16 },
    turn: { steps: 1, evaluations: 0 },
    quickTurn: { steps: 1, evaluations: 0 },
  },
} satisfies { [name: string]: BenchSize };

export type BenchSizeName = keyof typeof benchSizes;
