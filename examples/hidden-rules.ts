/**
 * Data for few-shot learning. Each puzzle identifier is a hidden rule: turn the six digits by some places, and add some
 * number to each, modulo 10. `old` has 54 rules with 200 examples each; `new` has the other 6, with 8 examples each.
 *
 * Run: node scripts/run-example.mjs hidden-rules data/rules
 */
import { join } from 'node:path';
import { buildDataset, SeededRandom, type PuzzleDataset } from '@hrm/data';
import { writeDataset } from '@hrm/data/files';

const [places, digits] = [6, 10];
const rules = Array.from({ length: places * digits }, (_, rule) => ({
  name: `turn by ${rule % places}, add ${Math.floor(rule / places)}`,
  /** Token 0 is padding, and the digit d is token d + 1. */
  apply: (input: readonly number[]) =>
    input.map((_, i) => 1 + ((input[(i + rule) % places]! - 1 + Math.floor(rule / places)) % digits)),
  isNew: rule % 10 === 7,
}));

/** A data set of some rules, with `count` random examples of each. The identifier of the first one is 1: 0 is blank. */
function rulesDataset(chosen: typeof rules, count: number, seed: number): PuzzleDataset {
  const random = new SeededRandom(seed);
  const examples = chosen.flatMap(({ apply }) =>
    Array.from({ length: count }, () => {
      const input = Array.from({ length: places }, () => 1 + random.integer(digits));
      return { input, output: apply(input) };
    }),
  );
  const dataset = buildDataset(examples, { vocabSize: digits + 1, seqLen: places });
  dataset.metadata.numPuzzleIdentifiers = 1 + chosen.length;
  dataset.sets['all']!.puzzleIdentifiers.forEach((_, i, all) => (all[i] = 1 + Math.floor(i / count)));
  return dataset;
}

const folder = process.argv[2] ?? 'data/rules';
for (const [name, chosen, train] of [
  ['old', rules.filter(({ isNew }) => !isNew), 200],
  ['new', rules.filter(({ isNew }) => isNew), 8],
] as const) {
  const options = { identifiers: ['<blank>', ...chosen.map((rule) => rule.name)], overwrite: true };
  await writeDataset(join(folder, name), 'train', rulesDataset(chosen, train, 1), options);
  await writeDataset(join(folder, name), 'test', rulesDataset(chosen, 20, 2), options);
  console.log(`${join(folder, name)}: ${chosen.length} rules, ${train} examples of each, and 20 held out`);
}
