import * as tf from '@tensorflow/tfjs-core';
import {
  haltOnly,
  residualHalting,
  Solver,
  thinker,
  type Thought,
  type TrySegment,
  type TriesOptions,
  type ReasoningNetwork,
} from '@hrm/act';
import { ProbeNetwork } from '@hrm/act/testing';
import { invalid, VALID, type TaskSymmetry } from '@hrm/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scramble } from '../src/testing/controller-subject';
import { useBackend } from '../../layers/test/backends';
import { scriptedNetwork, surely } from './scripted-network';

const seqLen = 5;
const puzzles = Array.from({ length: 6 }, (_, i) => [i, 1, 5 - i, 2, i % 3]);

async function tries(network: ReasoningNetwork, given: number[][], options: TriesOptions): Promise<Thought[]> {
  const thoughts: Thought[] = [];
  const thinking = thinker(network);
  for await (const thought of thinking.tries(given, options)) thoughts.push(thought);
  thinking.dispose();
  return thoughts;
}

/** All that must be the same when a try is made again. */
const seen = (thoughts: readonly Thought[]) =>
  thoughts.map(({ attempts }) =>
    attempts.map(({ answer, segments, haltValue }) => [answer.join(), segments, haltValue]),
  );

const accepts = (right: ArrayLike<number>) => ({
  verify: (_: ArrayLike<number>, answer: ArrayLike<number>) =>
    Array.from(answer).join() === Array.from(right).join() ? VALID : invalid('another answer'),
});

describe.each(['cpu', 'wasm'] as const)('tries on %s', (backend) => {
  let network: ProbeNetwork;
  beforeAll(async () => {
    await useBackend(backend);
    network = new ProbeNetwork(haltOnly({ maxSegments: 4 }));
    scramble(network.halting, 0.8, 5);
  });
  afterAll(() => network.dispose());

  it.each([
    ['as many segments as in training', {}],
    ['more', { segments: 9 }],
    ['until it halts', { until: 'halted' }],
  ] as const)('one try is one pass bit for bit: %s', async (_, options) => {
    const seen: TrySegment[] = [];
    const onTry = (segment: TrySegment) => seen.push(segment);
    const thoughts = await tries(network, puzzles, { tries: 1, batchSize: puzzles.length, onTry, ...options });
    const solver = new Solver(network);
    let index = 0;
    for await (const { answer, history } of solver.solveAll(puzzles, options)) {
      const { attempts, segments, chosenBy, modelCalls } = thoughts[index++]!;
      expect([...attempts[0]!.answer]).toEqual([...answer]);
      expect(attempts[0]!.haltValue).toBe(history.at(-1)!.haltLogits['halt']);
      expect([segments, modelCalls, chosenBy]).toEqual([history.length, history.length, 'only']);
      const expected = history.map(({ haltingState: _, ...rest }) => ({
        ...rest,
        attempt: 0,
        inputs: puzzles[index - 1],
      }));
      const ofPuzzle = seen.filter(({ puzzle }) => puzzle === index - 1);
      expect(ofPuzzle.map(({ puzzle: _, inputs, ...rest }) => ({ ...rest, inputs: [...inputs] }))).toEqual(expected);
    }
    expect(index).toBe(puzzles.length);
    solver.dispose();
  });

  it('the first of several tries is the plain one, and the others differ', async () => {
    const [one] = await tries(network, puzzles.slice(0, 1), { tries: 1 });
    for (const options of [{}, { starts: 'random' }, { starts: 'plain', segmentNoise: 0.5 }] as const) {
      const [thought] = await tries(network, puzzles.slice(0, 1), { tries: 3, batchSize: 1, ...options });
      const values = thought!.attempts.map(({ haltValue }) => haltValue);
      expect(values[0]).toBe(one!.attempts[0]!.haltValue);
      expect(new Set(values).size).toBe(3);
    }
    const [plain] = await tries(network, puzzles.slice(0, 1), { tries: 2, batchSize: 1, starts: 'plain' });
    expect(new Set(seen([plain!])[0]!.map(String)).size).toBe(1);
  });

  it('equal seeds give equal tries, other seeds others, and the batch size changes no answer', async () => {
    const options = { tries: 3, seed: 7, batchSize: 4 };
    const first = await tries(network, puzzles, options);
    expect(seen(await tries(network, puzzles, options))).toEqual(seen(first));
    expect(seen(await tries(network, puzzles, { ...options, seed: 8 }))).not.toEqual(seen(first));
    const answers = (thoughts: readonly Thought[]) => thoughts.map(({ answer, attempts }) => [answer, attempts.map((each) => each.answer)]); // prettier-ignore
    expect(answers(await tries(network, puzzles, { ...options, batchSize: 64 }))).toEqual(answers(first));
  });
});

describe('tries', () => {
  let network: ProbeNetwork;
  beforeAll(async () => {
    await useBackend('cpu');
    network = new ProbeNetwork(haltOnly({ maxSegments: 4 }));
    scramble(network.halting, 0.8, 5);
  });
  afterAll(() => network.dispose());

  it('stop at the first that verifies, and count what they cost', async () => {
    const puzzle = puzzles.slice(1, 2);
    const options = { tries: 8, batchSize: 1, startNoise: 3 };
    const [all] = await tries(network, puzzle, options);
    expect([all!.tries, all!.modelCalls]).toEqual([8, 32]);
    const plain = all!.attempts[0]!.answer.join();
    const other = all!.attempts.findIndex(({ answer }) => answer.join() !== plain);
    expect(other).toBeGreaterThan(0);
    const right = all!.attempts[other]!.answer;
    const [thought] = await tries(network, puzzle, { ...options, task: accepts(right) });
    expect(thought).toMatchObject({ chosenBy: 'verify', verified: true, tries: other + 1 });
    expect([...thought!.answer]).toEqual([...right]);
    expect(thought!.modelCalls).toBe(4 * other + thought!.segments);
    expect(thought!.modelCalls).toBeLessThan(32);

    // Side by side, the other tries are stopped, and nothing is computed after that.
    let computed = 0;
    const [together] = await tries(network, puzzle, {
      ...options,
      batchSize: 8,
      segments: 10,
      task: accepts(right),
      onSegment: ({ active }) => (computed += active),
    });
    expect(together!.attempts.filter(({ stopped }) => stopped)).toHaveLength(7);
    expect(together!.modelCalls).toBe(computed);
    expect(computed).toBe(8 * together!.segments);
  });

  it('that never verify run to the end, and the answer of most is given', async () => {
    const [thought] = await tries(network, puzzles.slice(0, 1), { tries: 5, task: accepts([9]) });
    expect(thought).toMatchObject({ chosenBy: 'agreement', verified: false, tries: 5, modelCalls: 20 });
  });

  it('give thoughts in the order of the puzzles, also if a later one is done first', async () => {
    const verify = (question: ArrayLike<number>, answer: ArrayLike<number>) =>
      // The first puzzle is never solved.
      question[0] !== 0 && answer.length > 0 ? VALID : invalid('no');
    const thoughts = await tries(network, puzzles, { tries: 3, batchSize: 2, segments: 1, task: { verify } });
    expect(thoughts.map(({ verified }) => verified)).toEqual([false, true, true, true, true, true]);
  });

  it("chooseBy 'halt' takes the highest halt logit, and needs one", async () => {
    const [thought] = await tries(network, puzzles.slice(0, 1), { tries: 6, chooseBy: 'halt', startNoise: 3 });
    const best = thought!.attempts.toSorted((a, b) => b.haltValue! - a.haltValue!)[0]!;
    expect(thought!.chosenBy).toBe('halt');
    expect(thought!.answer).toBe(best.answer);
    const without = new ProbeNetwork(residualHalting({ tolerance: 0.1, maxSegments: 3 }));
    const before = tf.memory().numTensors;
    await expect(tries(without, puzzles, { chooseBy: 'halt' })).rejects.toThrow(/has none; choose by 'agreement'/);
    expect(tf.memory().numTensors).toBe(before);
    without.dispose();
  });

  it.each(['halt', 'agreement', 'cells', 'verify'] as const)('no choice beats the oracle: %s', async (chooseBy) => {
    const rights = (await tries(network, puzzles, { tries: 4, startNoise: 3 })).map(({ attempts }, i) =>
      attempts[i % 4]!.answer.join(),
    );
    const isRight = (puzzle: number, answer: Int32Array) => answer.join() === rights[puzzle];
    const task = { verify: (question: ArrayLike<number>, answer: ArrayLike<number>) => (isRight(question[0]!, Int32Array.from(answer)) ? VALID : invalid('no')) }; // prettier-ignore
    const options = { tries: 4, startNoise: 3, chooseBy, isRight, ...(chooseBy === 'verify' && { task }) };
    const thoughts = await tries(network, puzzles, options);
    expect(thoughts.every(({ oracle }) => oracle)).toBe(true);
    const chosen = thoughts.filter(({ answer }, i) => isRight(i, answer)).length;
    if (chooseBy === 'verify') expect(chosen).toBe(6);
    const never = await tries(network, puzzles, { ...options, isRight: () => false });
    expect(never.map(({ oracle }) => oracle)).toEqual(puzzles.map(() => false));
    expect((await tries(network, puzzles, { tries: 1 }))[0]!.oracle).toBeUndefined();
  });

  it('leave no tensor when verify throws, or the signal is aborted', async () => {
    const before = tf.memory().numTensors;
    let calls = 0;
    const verify = () => {
      if (++calls === 3) throw new Error('my own fault');
      return invalid('no');
    };
    await expect(tries(network, puzzles, { task: { verify } })).rejects.toThrow('my own fault');
    expect(tf.memory().numTensors).toBe(before);

    const controller = new AbortController();
    let segments = 0;
    const onSegment = () => {
      if (++segments === 2) controller.abort(new Error('enough'));
    };
    await expect(tries(network, puzzles, { signal: controller.signal, onSegment })).rejects.toThrow('enough');
    expect(segments).toBe(2);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuse options that make no sense', async () => {
    const given = (options: object) => tries(network, puzzles, options);
    await expect(given({ tries: 0 })).rejects.toThrow('tries is 0, expected a whole number of at least 1');
    await expect(given({ try: 1 })).rejects.toThrow('there is no option "try"');
    await expect(given({ chooseBy: 'verify' })).rejects.toThrow(/task, for chooseBy 'verify'.*a method verify/);
    await expect(given({ symmetries: true, task: {} })).rejects.toThrow(/for symmetries.*a method symmetry/);
    await expect(given({ starts: 'odd' })).rejects.toThrow("'noisy' or 'random' or 'plain'");
    await expect(tries(network, [[1]], {})).rejects.toThrow('puzzle 0: the puzzle has 1 tokens');
  });
});

describe('votes over symmetric puzzles', () => {
  // A model that copies the question, but is always wrong in the first cell: it knows nothing of rotations.
  const network = () => scriptedNetwork({ seqLen, vocabSize: 6 }, (question) => surely([5, ...question.slice(1)], 6));
  const rotated = (tokens: ArrayLike<number>, by: number) =>
    Array.from(tokens, (_, cell) => tokens[(cell + by + tokens.length) % tokens.length]!);
  const symmetry = (random: { integer(bound: number): number }): TaskSymmetry => {
    const by = random.integer(seqLen);
    return { apply: (question) => rotated(question, by), undo: (answer) => rotated(answer, -by) };
  };
  const puzzle = [1, 2, 3, 4, 0];
  const options = { tries: 9, symmetries: true, starts: 'plain' } as const;
  const isRight = (_: number, answer: Int32Array) => answer.join() === puzzle.join();
  beforeAll(() => useBackend('cpu'));

  it('turn the answers back: cell by cell they are right, although no try is', async () => {
    const [thought] = await tries(network(), [puzzle], { ...options, chooseBy: 'cells', task: { symmetry }, isRight });
    expect([...thought!.answer]).toEqual(puzzle);
    expect(thought).toMatchObject({ chosenBy: 'cells', oracle: true });
    for (const { answer } of thought!.attempts) {
      const wrong = answer.filter((token, cell) => token !== puzzle[cell]);
      expect([...wrong]).toEqual([5]);
    }
    const places = thought!.attempts.map(({ answer }) => answer.indexOf(5));
    expect(places[0]).toBe(0);
    expect(new Set(places).size).toBeGreaterThan(2);
  });

  it('verify the original question, not its symmetric form', async () => {
    const asked: string[] = [];
    const verify = (question: ArrayLike<number>, answer: ArrayLike<number>) => {
      asked.push(Array.from(question).join());
      return Array.from(answer).join() === '1,2,5,4,0' ? VALID : invalid('no');
    };
    const [thought] = await tries(network(), [puzzle], {
      ...options,
      tries: 30,
      batchSize: 1,
      task: { symmetry, verify },
    });
    expect(thought!.verified).toBe(true);
    expect(new Set(asked)).toEqual(new Set([puzzle.join()]));
  });
});
