import * as tf from '@tensorflow/tfjs-core';
import {
  searchBranch,
  thinker,
  type ReasoningNetwork,
  type SearchAttempt,
  type SearchOptions,
  type Thought,
  type TrySegment,
} from '@hrm/act';
import { invalid, VALID } from '@hrm/data';
import { RandomStream } from '@hrm/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../layers/test/backends';
import { scriptedNetwork } from './scripted-network';

const OPEN = 1;
const vocabSize = 4;
const seqLen = 4;

/** Neighbours differ, and only one filling is right, which the model believes least. */
const right = [3, 2, 3, 2];
const task = {
  openToken: OPEN,
  conflicts: (question: ArrayLike<number>) =>
    Array.from(question).flatMap((token, cell) =>
      token !== OPEN && token === question[cell + 1] ? [cell, cell + 1] : [],
    ),
  verify: (_: ArrayLike<number>, answer: ArrayLike<number>) =>
    Array.from(answer).join() === right.join() ? VALID : invalid('not right'),
};

/** Stablemax logits with these probabilities: the sum of weights is 10,000. */
const logitsOf = (probabilities: readonly number[]) => probabilities.map((p) => 1e4 * p - 1);

/** Believes that open cells hold 2, the first one most; is sure of what is filled in. */
const misled = (question: readonly number[]) =>
  question.flatMap((token, cell) => {
    if (token !== OPEN) return logitsOf([0, 1, 2, 3].map((other) => Number(other === token)));
    return logitsOf(cell === 0 ? [0, 0, 0.9, 0.1] : [0, 0, 0.6, 0.4]);
  });

async function search(network: ReasoningNetwork, puzzle: number[], options: SearchOptions) {
  const thinking = thinker(network);
  const thoughts: Thought<SearchAttempt>[] = [];
  for await (const thought of thinking.search([puzzle], options)) thoughts.push(thought);
  thinking.dispose();
  return thoughts[0]!;
}

beforeAll(() => useBackend('cpu'));

describe('a search', () => {
  const open = [OPEN, OPEN, OPEN, OPEN];
  const options = { task, branches: 1, segmentsPerStep: 2, startNoise: 0 };

  it.each(['kept', 'anew'] as const)('turns back from what a misled model guesses, carry %s', async (carry) => {
    const asked: string[] = [];
    const network = scriptedNetwork({ seqLen, vocabSize }, (question) => {
      asked.push(question.join());
      return misled(question);
    });
    const before = tf.memory().numTensors;
    const questions: string[] = [];
    const onTry = ({ inputs }: TrySegment) => questions.push(inputs.join());
    const thought = await search(network, open, { ...options, carry, onTry });
    expect(questions).toEqual(asked);
    expect([...thought.answer]).toEqual(right);
    expect(thought).toMatchObject({ chosenBy: 'verify', verified: true, tries: 1 });
    const [attempt] = thought.attempts;
    expect(attempt!.turnedBack).toBeGreaterThan(0);
    expect(attempt!.guesses).toBeGreaterThan(attempt!.turnedBack);
    expect(attempt!.restarts).toBe(0);
    expect(thought.modelCalls).toBe(attempt!.segments);
    // First all is open, then the surest cell is guessed as the model believes, at last as it does not.
    expect(asked[0]).toBe(open.join());
    expect(asked[2]).toBe([2, OPEN, OPEN, OPEN].join());
    expect(asked.at(-1)!.startsWith('3')).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    ['kept', 10],
    ['anew', 2],
  ] as const)('carry %s: the latents are %i segments old at most', async (carry, oldest) => {
    const ages: number[] = [];
    const network: ReasoningNetwork = {
      ...scriptedNetwork({ seqLen, vocabSize }, misled),
      refine: ({ zL }, x) =>
        tf.tidy(() => {
          const older: tf.Tensor3D = tf.add(zL, 1);
          ages.push(older.dataSync()[0]!);
          return { latents: { zH: tf.clone(x), zL: older } };
        }),
    };
    const thought = await search(network, open, { ...options, carry });
    expect(thought.verified).toBe(true);
    expect(Math.max(...ages)).toBe(oldest);
    // After turning back, it starts anew in both cases.
    expect(ages.filter((age) => age === 1).length).toBeGreaterThan(1);
  });

  it('ends after its segments, and reports that nothing was verified', async () => {
    const network = scriptedNetwork({ seqLen, vocabSize }, misled);
    const thought = await search(network, open, { ...options, branches: 3, segments: 4 });
    expect(thought).toMatchObject({ verified: false, tries: 3, modelCalls: 12 });
    const hopeless = { ...task, verify: () => invalid('never') };
    const exhausted = await search(network, open, { ...options, task: hopeless, segments: 60 });
    expect(exhausted.attempts[0]!.restarts).toBeGreaterThan(0);
  });

  it('gives the same for the same seed', async () => {
    const run = (seed: number) =>
      search(scriptedNetwork({ seqLen, vocabSize }, misled), open, { ...options, branches: 4, seed, startNoise: 1 });
    expect(await run(1)).toEqual(await run(1));
  });

  it('keeps the givens, and needs an open token', async () => {
    const network = scriptedNetwork({ seqLen, vocabSize }, misled);
    const thought = await search(network, [OPEN, OPEN, OPEN, 2], options);
    expect([...thought.answer]).toEqual(right);
    const { verify } = task;
    await expect(search(network, open, { task: { verify } })).rejects.toThrow(/no openToken.*with tries\(\)/);
  });

  it('leaves no tensor when a function of the task throws', async () => {
    const network = scriptedNetwork({ seqLen, vocabSize }, misled);
    const before = tf.memory().numTensors;
    const conflicts = () => {
      throw new Error('my own fault');
    };
    await expect(search(network, open, { ...options, task: { ...task, conflicts } })).rejects.toThrow('my own fault');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a branch of a search', () => {
  const likely = (rows: readonly (readonly number[])[]) => Float32Array.from(rows.flat());
  const given = (token: number) => [0, 1, 2, 3].map((other) => Number(other === token));

  it('commits the sure cells, and guesses the surest of the others', () => {
    const branch = searchBranch([OPEN, OPEN, OPEN, 2], { task });
    const step = branch.advance(likely([[0, 0, 0, 1], [0, 0, 0.6, 0.4], [0, 0, 0.7, 0.3], given(2)])); // prettier-ignore
    expect(step).toBe('went on');
    // 2 would be surest in cell 2, but it is in conflict with cell 3.
    expect([...branch.question]).toEqual([3, OPEN, 3, 2]);
    expect([branch.guesses, branch.turnedBack]).toEqual([2, 1]);
  });

  it('turns back where the model doubts a filled cell, or finds nothing likely', () => {
    const first = likely([[0, 0, 0.6, 0.4], [0, 0, 0.5, 0.5], [0, 0, 0.5, 0.5], given(2)]); // prettier-ignore
    for (const second of [
      [[0, 0, 0.05, 0.95], [0, 0, 0.4, 0.6], [0, 0, 0.5, 0.5], given(2)], // prettier-ignore
      [given(2), [0, 0, 0, 0], [0, 0, 0.5, 0.5], given(2)], // prettier-ignore
    ]) {
      const branch = searchBranch([OPEN, OPEN, OPEN, 2], { task });
      branch.advance(first);
      expect(branch.question[0]).toBe(2);
      expect(branch.advance(likely(second))).toBe('turned back');
      expect([...branch.question]).toEqual([3, OPEN, OPEN, 2]);
    }
  });

  it('is exhausted when no guess is left', () => {
    const branch = searchBranch([OPEN, 2], { task: { ...task, verify: () => invalid('never') } });
    expect(branch.advance(likely([[0, 0, 0.5, 0.5], given(2)]))).toBe('went on');
    expect([...branch.question], 'the conflict of 2, 2 is seen at once').toEqual([3, 2]);
    expect(branch.advance(likely([given(3), given(2)]))).toBe('exhausted');
  });

  it('draws its guesses, if it gets random numbers', () => {
    const drawn = Array.from({ length: 20 }, (_, seed) => {
      const branch = searchBranch([OPEN, OPEN, OPEN, OPEN], { task, random: new RandomStream(seed) });
      branch.advance(likely(Array.from({ length: 4 }, () => [0, 0, 0.5, 0.5])));
      return branch.question.join();
    });
    expect(new Set(drawn).size).toBeGreaterThan(4);
  });
});
