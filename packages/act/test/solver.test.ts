import * as tf from '@tensorflow/tfjs-core';
import {
  admitPuzzles,
  fixedSteps,
  gravesAct,
  haltOnly,
  initialCarry,
  puzzleTensors,
  residualHalting,
  runSegment,
  scoreAnswers,
  Solver,
  type Carry,
  type HaltingFactory,
  type Puzzle,
  type ReasoningNetwork,
  type Solution,
  type SolveAllOptions,
  type SolverOptions,
  type Until,
} from '@hrm/act';
import { ProbeNetwork } from '@hrm/act/testing';
import { RandomStream, type Compile } from '@hrm/layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scramble } from '../src/testing/controller-subject';
import { replaceParts } from '../src/testing/replace-parts';
import { useBackend } from './backends';

const seqLen = 5;

/** Random puzzles, `[seqLen]` each. */
const randomPuzzles = (network: ProbeNetwork, count: number, seed = 1): Int32Array[] => {
  const { inputs } = network.puzzles(count, new RandomStream(seed));
  return Array.from({ length: count }, (_, i) => inputs.slice(i * seqLen, (i + 1) * seqLen));
};

/** Solves all puzzles in one batch, each until it halts, unless options say otherwise. */
async function solveAll(
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

const stepsOf = (solutions: readonly Solution[]) => solutions.map(({ segments }) => segments);
const answersOf = (solutions: readonly Solution[]) => solutions.map(({ answer }) => [...answer]);

/** Answers, segments and halt values of each puzzle on its own, segment by segment. */
function oneByOne(network: ProbeNetwork, puzzles: readonly Int32Array[]) {
  return tf.tidy(() =>
    puzzles.map((inputs) => {
      const puzzle = puzzleTensors({
        inputs,
        labels: new Int32Array(seqLen),
        puzzleIdentifiers: Int32Array.of(0),
        batchSize: 1,
        seqLen,
      });
      let carry = admitPuzzles(network, initialCarry(network, 1), puzzle);
      for (let steps = 1; ; steps++) {
        const segment = runSegment(network, carry, { haltEarly: true });
        carry = segment.carry;
        if (carry.halted.dataSync()[0] !== 1) continue;
        const state = Object.entries(carry.halting).map(([name, value]) => [name, value.dataSync()[0]!]);
        return {
          answer: [...tf.argMax(segment.logits, -1).dataSync()],
          steps,
          halt: segment.haltLogits['halt']?.dataSync()[0],
          state: Object.fromEntries(state) as { [name: string]: number },
        };
      }
    }),
  );
}

const controllers: [string, HaltingFactory][] = [
  ['residualHalting', residualHalting({ tolerance: 0.15, maxSegments: 6 })],
  ['haltOnly', haltOnly({ maxSegments: 6 })],
  ['gravesAct', gravesAct({ maxSegments: 6 })],
];

describe.each(['cpu', 'wasm'] as const)('solving many puzzles on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(controllers)('with %s', (name, make) => {
    let network: ProbeNetwork;
    beforeAll(() => {
      network = new ProbeNetwork(make);
      scramble(network.halting, 0.8, 5);
    });
    afterAll(() => network.dispose());

    it('gives each puzzle the answer, segments and values it has on its own', async () => {
      const puzzles = randomPuzzles(network, 21);
      const solutions = await solveAll(network, puzzles);
      const alone = oneByOne(network, puzzles);
      expect(stepsOf(solutions)).toEqual(alone.map(({ steps }) => steps));
      expect(answersOf(solutions)).toEqual(alone.map(({ answer }) => answer));
      expect(new Set(stepsOf(solutions)).size, 'different numbers of segments').toBeGreaterThan(2);
      alone.forEach(({ halt, state }, puzzle) => {
        const { haltLogits, haltingState, halted } = solutions[puzzle]!.history.at(-1)!;
        expect(halted).toBe(true);
        expect(Object.keys(haltingState)).toEqual(Object.keys(state));
        if (halt !== undefined) expect(haltLogits['halt']).toBeCloseTo(halt, 4);
        for (const [part, value] of Object.entries(state)) expect(haltingState[part]![0]).toBeCloseTo(value, 4);
        expect(Object.keys(haltLogits).length === 0).toBe(name === 'residualHalting');
      });
    });

    it('gives the same results for a puzzle alone and in a batch', async () => {
      const puzzles = randomPuzzles(network, 5);
      const solver = new Solver(network);
      for (const [i, { answer, history }] of (await solveAll(network, puzzles)).entries()) {
        const alone = await solver.solve(puzzles[i]!, { until: 'halted' });
        expect([...alone.answer]).toEqual([...answer]);
        expect(alone.history.map(({ segment, halted }) => [segment, halted])).toEqual(
          history.map(({ segment, halted }) => [segment, halted]),
        );
      }
    });

    it('computes only the rows of the smallest bucket that holds the active puzzles', async () => {
      const seen: { segment: number; active: number; rows: number }[] = [];
      const bucketSizes = [4, 16, 9];
      const solutions = await solveAll(network, randomPuzzles(network, 21), {
        bucketSizes,
        onSegment: (at) => seen.push(at),
      });
      let rows = 21;
      seen.forEach(({ segment, active, rows: computed }, k) => {
        expect(segment).toBe(k + 1);
        expect(active).toBe(stepsOf(solutions).filter((steps) => steps > segment).length);
        expect(computed).toBe(rows);
        if (active > 0) rows = Math.min(rows, ...bucketSizes.filter((size) => size >= active));
      });
      expect(seen.at(-1)!.rows, 'the batch shrank').toBeLessThan(21);
      expect(seen.length).toBe(Math.max(...stepsOf(solutions)));
    });

    it('gives the same answers, in order, for all batch and bucket sizes', async () => {
      const puzzles = randomPuzzles(network, 13);
      let rows = 0;
      const one = await solveAll(network, puzzles, { bucketSizes: [], onSegment: (at) => (rows += at.rows) });
      expect(rows).toBe(13 * Math.max(...stepsOf(one)));
      for (const options of [
        { bucketSizes: undefined },
        { bucketSizes: [1, 2, 3, 5, 8, 12] },
        { bucketSizes: [100, 7] },
      ]) {
        for (const batchSize of [13, 4, 1, 64]) {
          const other = await solveAll(network, puzzles, { ...options, batchSize });
          expect([answersOf(other), stepsOf(other)]).toEqual([answersOf(one), stepsOf(one)]);
        }
      }
    });

    it("runs all segments with until: 'end', and as many as the option says", async () => {
      const puzzles = randomPuzzles(network, 6);
      const answersAfter = (segments: number) =>
        tf.tidy(() => {
          const batch = network.puzzles(6, new RandomStream(1));
          let carry = admitPuzzles(network, initialCarry(network, 6), puzzleTensors(batch));
          for (let k = 1; k < segments; k++) carry = runSegment(network, carry).carry;
          return tf.argMax(runSegment(network, carry).logits, -1).arraySync();
        });
      for (const segments of [undefined, 2, 9]) {
        const solutions = await solveAll(network, puzzles, { until: 'end', segments });
        expect(stepsOf(solutions)).toEqual(new Array(6).fill(segments ?? 6));
        expect(answersOf(solutions)).toEqual(answersAfter(segments ?? 6));
        expect((await new Solver(network).solve(puzzles[0]!, { segments })).segments).toBe(segments ?? 6);
      }
      const halting = await solveAll(network, puzzles, { segments: 9 });
      expect(Math.max(...stepsOf(halting)), 'a controller halts at its last segment').toBeLessThanOrEqual(6);
    });

    it('stops at the first result that a function accepts, and gives it the puzzle', async () => {
      const puzzles = randomPuzzles(network, 6);
      // Puzzle i stops after segment i + 1; the last after all 4.
      const until: Until = ({ segment }, { inputs, index }) => {
        expect(inputs).toEqual(puzzles[index]);
        return segment === index + 1;
      };
      const toEnd = await solveAll(network, puzzles, { until: 'end', segments: 4 });
      for (const batchSize of [6, 4]) {
        const solutions = await solveAll(network, puzzles, { until, segments: 4, batchSize });
        expect(stepsOf(solutions)).toEqual([1, 2, 3, 4, 4, 4]);
        expect(answersOf(solutions)).toEqual(toEnd.map(({ history }, i) => [...history[Math.min(i, 3)]!.answer]));
      }
      expect((await new Solver(network).solve(puzzles[0]!, { until, segments: 4 })).segments).toBe(1);
    });

    it('leaks no tensor', async () => {
      const before = tf.memory().numTensors;
      await solveAll(network, randomPuzzles(network, 9), { batchSize: 4 });
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});

describe('Solver', () => {
  beforeAll(() => useBackend('cpu'));

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

describe('scoreAnswers', () => {
  it('counts labelled tokens of puzzles with labels, as evaluation does', () => {
    const solutions = [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ].map((answer, i) => ({
      answer: Int32Array.from(answer),
      segments: [1, 2, 4, 16][i]!,
    }));
    const labels = Int32Array.of(1, 2, -100, 4, 5, 0, -100, -1);
    expect(scoreAnswers(solutions, labels)).toEqual({
      count: 3,
      exactAccuracy: 2 / 3,
      accuracy: 2.5 / 3,
      meanSegments: 7 / 3,
    });
  });

  it('is 0 for padding, and refuses the wrong number of labels', () => {
    const solutions = [{ answer: Int32Array.of(1, 2), segments: 1 }];
    expect(scoreAnswers(solutions, Int32Array.of(-100, -100))).toEqual({
      count: 0,
      exactAccuracy: 0,
      accuracy: 0,
      meanSegments: 0,
    });
    expect(() => scoreAnswers(solutions, Int32Array.of(1))).toThrow('got 1 labels for 2 tokens of answers');
  });
});
