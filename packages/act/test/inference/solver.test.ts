import * as tf from '@tensorflow/tfjs-core';
import { fixedSteps, residualHalting, Solver, type Carry, type ReasoningNetwork, type Solution } from '@hrm/act';
import { ProbeNetwork } from '@hrm/act/testing';
import type { Compile } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { replaceParts } from '../../src/testing/replace-parts';
import { useBackend } from '../../../layers/test/backends';
import { randomPuzzles, seqLen, solveAll, stepsOf } from './solve-puzzles';

beforeAll(() => useBackend('cpu'));

describe('Solver', () => {
  it('compiles one pure step, once, and frees it', async () => {
    const network = new ProbeNetwork(fixedSteps(3));
    let [compiled, disposed, calls] = [0, 0, 0];
    const compile: Compile = (f) => {
      compiled++;
      const counted = (...input: Parameters<typeof f>) => (calls++, f(...input));
      return Object.assign(counted, { dispose: () => void disposed++ });
    };
    const solver = new Solver(network, { compile });
    const solve = async () => {
      const solutions: Solution[] = [];
      for await (const solution of solver.solveAll(randomPuzzles(network, 4))) solutions.push(solution);
      return solutions;
    };
    const results = [await solve(), await solve()];
    solver.dispose();
    expect(results[0]).toEqual(results[1]);
    expect([compiled, calls, disposed]).toEqual([1, 6, 1]);
    network.dispose();
  });

  it('calls its compiled step with few batch sizes, also for the last batch', async () => {
    const network = new ProbeNetwork(fixedSteps(2));
    const sizes: number[] = [];
    const compile: Compile =
      (f) =>
      (...input) => {
        sizes.push((input[0] as Carry).steps.size);
        return f(...input);
      };
    await solveAll(network, randomPuzzles(network, 27), { compile, batchSize: 8 });
    expect(sizes).toEqual([8, 8, 8, 8, 8, 8, 4, 4]);
    network.dispose();
  });

  it('reads only as many puzzles as it needs', async () => {
    const network = new ProbeNetwork(fixedSteps(1));
    let read = 0;
    const endless = async function* () {
      for (;;) yield { inputs: randomPuzzles(network, 1, read++)[0]!, puzzleIdentifier: 0 };
    };
    const before = tf.memory().numTensors;
    let solved = 0;
    for await (const { answer } of new Solver(network).solveAll(endless(), { batchSize: 3 })) {
      expect(answer.length).toBe(seqLen);
      if (++solved === 4) break;
    }
    expect([solved, read]).toEqual([4, 6]);
    expect(tf.memory().numTensors).toBe(before);
    network.dispose();
  });

  it('does not compile a network that cannot be recorded', async () => {
    const network = new ProbeNetwork(fixedSteps(2));
    const unrecordable = replaceParts<ReasoningNetwork>(network, { recordable: false });
    let compiled = 0;
    const solutions = await solveAll(unrecordable, randomPuzzles(network, 2), { compile: (f) => (compiled++, f) });
    expect([compiled, ...stepsOf(solutions)]).toEqual([0, 2, 2]);
    network.dispose();
  });

  it('frees everything when the caller throws midway', async () => {
    const network = new ProbeNetwork(residualHalting({ tolerance: 0, maxSegments: 4 }));
    const before = tf.memory().numTensors;
    const failing = solveAll(network, randomPuzzles(network, 4), {
      onSegment({ segment }) {
        if (segment === 2) throw new Error('the caller failed');
      },
    });
    await expect(failing).rejects.toThrow('the caller failed');
    expect(tf.memory().numTensors).toBe(before);
    network.dispose();
  });

  it('ends at the last segment even if the controller does not halt', async () => {
    const network = new ProbeNetwork((context) => {
      const good = fixedSteps(3)(context);
      good.decide = ({ steps }) => ({ halted: tf.cast(tf.mul(steps, 0), 'bool') as tf.Tensor1D, state: {} });
      return good;
    });
    expect(stepsOf(await solveAll(network, randomPuzzles(network, 2)))).toEqual([3, 3]);
    network.dispose();
  });

  it('stops for a signal between segments, with its reason, and leaves no tensor', async () => {
    const network = new ProbeNetwork(fixedSteps(50));
    const solver = new Solver(network);
    const [puzzle] = randomPuzzles(network, 1) as [Int32Array];
    const before = tf.memory().numTensors;

    const stopped = new AbortController();
    const reason = new Error('stopped by the user');
    const received: number[] = [];
    const solveOne = async () => {
      for await (const { segment } of solver.stream(puzzle, { signal: stopped.signal })) {
        received.push(segment);
        if (segment === 3) stopped.abort(reason);
      }
    };
    await expect(solveOne()).rejects.toBe(reason);
    expect(received).toEqual([1, 2, 3]);
    await expect(solver.solve(puzzle, { signal: stopped.signal })).rejects.toBe(reason);

    // The solver lets timers run, although the computation itself never waits.
    const timed = new AbortController();
    setTimeout(() => timed.abort(reason), 5);
    await expect(solver.solve(puzzle, { signal: timed.signal, segments: 100_000 })).rejects.toBe(reason);

    const late = new AbortController();
    const given: Solution[] = [];
    const solveMany = async () => {
      const puzzles = randomPuzzles(network, 6);
      for await (const solution of solver.solveAll(puzzles, { batchSize: 2, signal: late.signal, segments: 2 })) {
        given.push(solution);
        if (given.length === 3) late.abort(reason);
      }
    };
    await expect(solveMany()).rejects.toBe(reason);
    expect(given.length, 'the solved batches were returned').toBe(4);
    expect(tf.memory().numTensors).toBe(before);
    expect((await solver.solve(puzzle, { segments: 2 })).segments, 'the solver still works').toBe(2);
    network.dispose();
  });

  it('refuses invalid puzzles and options, naming the puzzle, and solves the puzzles before it', async () => {
    const network = new ProbeNetwork(fixedSteps(3));
    const puzzles = randomPuzzles(network, 4);
    // prettier-ignore
    const refused: [readonly unknown[] | undefined, object, string][] = [
      [undefined, {}, 'Solver: puzzles is undefined, expected a list or a generator of puzzles'],
      [[1, 2, 3], {}, 'Solver: puzzle 0: the puzzle is the number 1, expected a list of its tokens'],
      [['12345'], {}, 'Solver: puzzle 0: the puzzle is the string "12345", expected a list of its tokens'],
      [[...puzzles, [1, 2]], {}, 'Solver: puzzle 4: the puzzle has 2 tokens, this model is made for 5'],
      [[[0, 0, 0, 0, 6]], {}, 'Solver: puzzle 0: the token at position 4 is 6, expected a whole number from 0 to 5'],
      // Holes, which arithmetic would read as 0.
      [[[0, 0, , 0, 0]], {}, 'Solver: puzzle 0: the token at position 2 is undefined, expected a whole number from 0 to 5'],
      [[{ inputs: [0, 0, 0, 0, 0], puzzleIdentifer: 2 }], {}, 'Solver: puzzle 0: the puzzle: there is no option "puzzleIdentifer", expected inputs, puzzleIdentifier'],
      [puzzles, { batchSize: 0 }, 'Solver: batchSize is 0, expected a whole number of at least 1'],
      [puzzles, { bucketSizes: [0] }, 'Solver: a bucket size is 0, expected a whole number of at least 1'],
      [puzzles, { segments: 0.5 }, 'Solver: segments is 0.5, expected a whole number of at least 1'],
      [puzzles, { until: 'rest' }, `Solver: until is the string "rest", expected 'end' or 'halted'`],
      [puzzles, { signal: new AbortController() }, 'Solver: signal is an object of class AbortController, expected an AbortSignal'],
      [puzzles, { batch: 2 }, 'Solver: there is no option "batch", expected until, segments, signal, batchSize, bucketSizes, onSegment'],
    ];
    const before = tf.memory().numTensors;
    for (const [given, options, message] of refused) {
      await expect(new Solver(network).solveAll(given as never, options).next()).rejects.toThrow(message);
    }
    const solved: Solution[] = [];
    const late = async () => {
      for await (const solution of new Solver(network).solveAll([...puzzles, []], { batchSize: 2 }))
        solved.push(solution);
    };
    await expect(late()).rejects.toThrow('Solver: puzzle 4: the puzzle has 0 tokens');
    expect(solved.length).toBe(4);
    expect(tf.memory().numTensors).toBe(before);
    for await (const solution of new Solver(network).solveAll([])) expect.unreachable(String(solution));
    network.dispose();
  });
});
