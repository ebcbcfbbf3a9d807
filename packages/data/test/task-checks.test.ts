import { describe, expect, it } from 'vitest';
import { defineTask, invalid, type TaskDefinition, type TaskExample, VALID } from '../src/index';
import { describeTask, taskChecks, TaskSubject } from '../src/testing';

/** Words in reverse, where swapping both letters of the alphabet is a symmetry. */
const reversal: TaskDefinition = {
  name: 'words in reverse',
  vocabSize: 3,
  seqLen: 8,
  encode: (text) => Array.from(text, (letter) => 'ab'.indexOf(letter) + 1),
  decode: (tokens) => Array.from(tokens, (token) => 'ab'[token - 1] ?? '?').join(''),
  verify: (question, answer) =>
    Array.from(question).reverse().join() === Array.from(answer).join() ? VALID : invalid('not in reverse'),
  generate: (random) => {
    const input = Array.from({ length: 5 + random.integer(4) }, () => 1 + random.integer(2));
    return { input, output: input.toReversed() };
  },
  augment: (inputs, labels, random) => {
    if (random.integer(2) === 0) return;
    for (const tokens of [inputs, labels]) tokens.forEach((token, i) => (tokens[i] = token > 0 ? 3 - token : 0));
  },
  symmetry: (random) => {
    const isSwap = random.integer(2) === 1;
    const swapped = (tokens: ArrayLike<number>) =>
      Array.from(tokens, (token) => (isSwap && token > 0 ? 3 - token : token));
    return { apply: swapped, undo: swapped };
  },
  puzzleClass: (question) => Array.from(question, (token) => (token === question[0] ? 0 : 1)).join(''),
};

describeTask('a task that meets all requirements', defineTask(reversal));

describe('a task with a fault fails the check', () => {
  const faults: readonly [title: RegExp, fault: Partial<TaskDefinition>, examples?: readonly TaskExample[]][] = [
    [/encodes the text/, { decode: (tokens) => Array.from(tokens).join('') }],
    [/reads all questions/, { readLines: (lines) => [{ line: 2, question: [lines.length] }] }],
    [/examples of its length/, {}, [{ input: [1], output: [9] }]],
    [/generates the same examples/, { generate: () => ({ input: Array.from({ length: 8 }, () => (Math.random() < 0.5 ? 1 : 2)), output: [1] }) }], // prettier-ignore
    [/finds no flaw/, { examine: () => ({ flaw: 'too hard' }) }],
    [/finds no flaw/, { examine: () => ({ answer: [1] }) }],
    [/verifies the answer/, { verify: () => invalid('never') }],
    [/verifies the answer/, { verify: () => VALID }],
    [/draws any prediction/, { draw: (_question, { prediction }) => String(prediction![7]!.toFixed()) }],
    [/picture of each question/, { picture: () => ({ style: 'symbols', rows: [['a'], ['a', 'b']] }) }],
    [/picture of each question/, { picture: () => ({ style: 'symbols', rows: [] }) }],
    [/augments an example/, { augment: (inputs) => inputs.reverse() }],
    [/augments an example/, { augment: (inputs, labels) => (Math.random() < 0.5 ? [inputs, labels] : []).forEach((t) => (t[0] = 1)) }], // prettier-ignore
    [/turn its answer back/, { symmetry: () => ({ apply: (tokens) => Array.from(tokens, (t) => t && 3 - t), undo: (tokens) => tokens }) }], // prettier-ignore
    [/turn its answer back/, { symmetry: () => ({ apply: (tokens) => tokens, undo: () => [9] }) }],
    [/no conflict/, { openToken: 2, conflicts: () => [1] }],
    [/no conflict/, { openToken: 2, generate: () => ({ input: [1, 1, 1], output: [1, 1, 1] }), generateExamples: ({ count }) => Array.from({ length: count }, () => ({ input: [1, 1, 1], output: [1, 1, 1] })) }], // prettier-ignore
    [/the same class/, { puzzleClass: (question) => Array.from(question).join() }],
  ];
  it.each(faults)('%s', (title, fault, examples) => {
    const subject = new TaskSubject(defineTask({ ...reversal, ...fault }), examples && { examples });
    const found = taskChecks.filter((one) => title.test(one.title) && (one.applies?.(subject) ?? true));
    expect(found).toHaveLength(1);
    expect(() => found[0]!.check(subject)).toThrow();
  });
});
