import { createHash } from 'node:crypto';
import type { Example } from '@hrm/data';

/** Counts the questions that examples give different answers to: a model can learn only one of them. */
export function countContradictions(examples: Iterable<Example>): number {
  const answers = new Map<string, string>();
  const contradicted = new Set<string>();
  for (const { input, output } of examples) {
    const [question, answer] = [digestOf(input), digestOf(output)];
    const first = answers.get(question);
    if (first === undefined) answers.set(question, answer);
    else if (first !== answer) contradicted.add(question);
  }
  return contradicted.size;
}

const digestOf = (tokens: ArrayLike<number>): string =>
  createHash('sha1').update(Int32Array.from(tokens)).digest('base64');
