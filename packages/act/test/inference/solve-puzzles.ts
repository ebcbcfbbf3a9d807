import type { Puzzle, ReasoningNetwork, Solution, SolveAllOptions, SolverOptions } from '@hrm/act';
import { Solver } from '@hrm/act';
import type { ProbeNetwork } from '@hrm/act/testing';
import { RandomStream } from '@hrm/layers';

export const seqLen = 5;

/** Random puzzles, `[seqLen]` each. */
export const randomPuzzles = (network: ProbeNetwork, count: number, seed = 1): Int32Array[] => {
  const { inputs } = network.puzzles(count, new RandomStream(seed));
  return Array.from({ length: count }, (_, i) => inputs.slice(i * seqLen, (i + 1) * seqLen));
};

/** Solves all puzzles in one batch, each until it halts, unless options say otherwise. */
export async function solveAll(
  network: ReasoningNetwork,
  puzzles: readonly Puzzle[],
  { compile, ...options }: SolveAllOptions & SolverOptions = {},
): Promise<Solution[]> {
  const solver = new Solver(network, compile && { compile });
  const solutions: Solution[] = [];
  const all = { until: 'halted', batchSize: puzzles.length, ...options } as const;
  for await (const solution of solver.solveAll(puzzles, all)) solutions.push(solution);
  solver.dispose();
  return solutions;
}

export const stepsOf = (solutions: readonly Solution[]): number[] => solutions.map(({ segments }) => segments);
export const answersOf = (solutions: readonly Solution[]): number[][] => solutions.map(({ answer }) => [...answer]);
