import type { ReasoningNetwork } from '@hrm/act';
import { Solver, type PuzzleOptions, type Solution, type SolverOptions, type Thought } from './solver';

/** How a puzzle is solved. With `compile` each call compiles anew: for several puzzles make a {@link Solver}. */
export interface SolveOptions extends PuzzleOptions, SolverOptions {}

/**
 * Solves one puzzle, and hands out what the model has after each segment. For several puzzles see {@link Solver}.
 *
 * @param network the model.
 * @param inputs the puzzle's tokens, `[seqLen]`.
 * @throws RangeError for a puzzle of another length, or tokens or a puzzle identifier that the network does not have.
 *
 * @example
 * ```ts
 * import { hrm, thinkAloud } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = hrm({ vocabSize: 4, seqLen: 3, hiddenSize: 8, hLayers: 1, lLayers: 1 });
 * for await (const { segment, answer } of thinkAloud(model, [1, 2, 3], { until: 'halted' })) console.log(segment, answer);
 * ```
 */
export async function* thinkAloud(
  network: ReasoningNetwork,
  inputs: ArrayLike<number>,
  { compile, ...options }: SolveOptions = {},
): AsyncGenerator<Thought, void, undefined> {
  const solver = new Solver(network, compile && { compile });
  try {
    yield* solver.stream(inputs, options);
  } finally {
    solver.dispose();
  }
}

/**
 * Solves one puzzle. For several puzzles see {@link Solver}.
 *
 * @throws RangeError for a puzzle of another length, or tokens or a puzzle identifier that the network does not have.
 *
 * @example
 * ```ts
 * import { hrm, solvePuzzle } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = hrm({ vocabSize: 4, seqLen: 3, hiddenSize: 8, hLayers: 1, lLayers: 1 });
 * const { answer, segments } = await solvePuzzle(model, [1, 2, 3]);
 * console.log(answer, segments);
 * ```
 */
export async function solvePuzzle(
  network: ReasoningNetwork,
  inputs: ArrayLike<number>,
  { compile, ...options }: SolveOptions = {},
): Promise<Solution> {
  const solver = new Solver(network, compile && { compile });
  try {
    return await solver.solve(inputs, options);
  } finally {
    solver.dispose();
  }
}
