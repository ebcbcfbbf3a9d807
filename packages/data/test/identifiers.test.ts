import {
  buildDataset,
  expectPuzzleDataset,
  remapIdentifiers,
  selectPuzzles,
  unseenIdentifiers,
  type PuzzleDataset,
} from '@hrm/data';
import { describe, expect, it } from 'vitest';

const NAMES = ['<blank>', 'a', 'b', 'c'];

/** Groups of puzzles 0-1, 2, 3-4; puzzle 3 has two examples. */
function dataset(identifiers = [1, 2, 1, 3, 0]): PuzzleDataset {
  const built = buildDataset(
    [1, 2, 3, 4, 5, 6].map((token) => ({ input: [token, 7], output: [token, 8] })),
    { vocabSize: 9, seqLen: 2 },
  );
  built.sets['all'] = {
    ...built.sets['all']!,
    puzzleIdentifiers: Int32Array.from(identifiers),
    puzzleIndices: Int32Array.of(0, 1, 2, 3, 5, 6),
    groupIndices: Int32Array.of(0, 2, 3, 5),
  };
  Object.assign(built.metadata, { numPuzzleIdentifiers: 4, totalGroups: 3, meanPuzzleExamples: 6 / 5 });
  expectPuzzleDataset(built);
  return built;
}

const identifiersOf = ({ sets }: PuzzleDataset) => [...sets['all']!.puzzleIdentifiers];

describe('remapIdentifiers', () => {
  it('finds each vector by its name, whatever the order', () => {
    const known = ['<blank>', 'c', 'x', 'b', 'a'];
    const original = dataset();
    const remapped = remapIdentifiers(original, { names: NAMES, known });
    expect(identifiersOf(remapped)).toEqual([4, 3, 4, 1, 0]);
    expect(remapped.metadata).toEqual({ ...original.metadata, numPuzzleIdentifiers: 5 });
    expect(remapped.sets['all']!.inputs).toBe(original.sets['all']!.inputs);
    expect(identifiersOf(original)).toEqual([1, 2, 1, 3, 0]);
    expectPuzzleDataset(remapped);
  });

  it('refuses identifiers that are not known, or makes them blank', () => {
    const names = { names: NAMES, known: ['<blank>', 'b'] };
    expect(unseenIdentifiers(dataset(), names)).toEqual([
      { identifier: 1, name: 'a', examples: 2 },
      { identifier: 3, name: 'c', examples: 2 },
    ]);
    expect(() => remapIdentifiers(dataset(), names)).toThrow(
      '2 identifiers of these puzzles are not known: "a", "c"; learn',
    );
    expect(identifiersOf(remapIdentifiers(dataset(), { ...names, unseen: 'blank' }))).toEqual([0, 1, 0, 0, 0]);
  });

  it('needs only the names of identifiers that puzzles have', () => {
    expect(identifiersOf(remapIdentifiers(dataset([2, 2, 2, 2, 2]), { names: NAMES, known: ['b'] }))).toEqual([
      0, 0, 0, 0, 0,
    ]);
  });

  it('maps a blank identifier that is not 0 to 0', () => {
    const data = dataset();
    data.metadata.blankIdentifierId = 2;
    const names = { names: ['a', 'b', '<none>', 'c'], known: ['<blank>', 'b', 'c', 'a'] };
    expect(identifiersOf(remapIdentifiers(data, names))).toEqual([1, 0, 1, 2, 3]);
    expect(remapIdentifiers(data, names).metadata.blankIdentifierId).toBe(0);
  });

  it('refuses names that are missing or known twice, and unknown choices', () => {
    expect(() => remapIdentifiers(dataset(), { names: ['<blank>'], known: NAMES })).toThrow(
      'names has 1 names, expected one for each of the 4 identifiers',
    );
    expect(() => remapIdentifiers(dataset(), { names: NAMES, known: [...NAMES, 'b'] })).toThrow('the name "b" twice');
    expect(() => remapIdentifiers(dataset(), { names: NAMES, known: NAMES, unseen: 'zero' as never })).toThrow(
      'unseen is "zero", expected "error" or "blank"',
    );
  });
});

describe('selectPuzzles', () => {
  it('keeps the chosen puzzles in their groups, with all their examples', () => {
    const chosen = selectPuzzles(dataset(), (identifier) => identifier === 1 || identifier === 3);
    expectPuzzleDataset(chosen);
    const { inputs, labels, ...rest } = chosen.sets['all']!;
    expect([...inputs]).toEqual([1, 7, 3, 7, 4, 7, 5, 7]);
    expect([...labels]).toEqual([1, 8, 3, 8, 4, 8, 5, 8]);
    expect(rest).toEqual({
      puzzleIdentifiers: Int32Array.of(1, 1, 3),
      puzzleIndices: Int32Array.of(0, 1, 2, 4),
      groupIndices: Int32Array.of(0, 1, 2, 3),
    });
    expect(chosen.metadata).toMatchObject({ totalGroups: 3, meanPuzzleExamples: 4 / 3 });
  });

  it('leaves groups out that lose all their puzzles', () => {
    const chosen = selectPuzzles(dataset(), (identifier) => identifier === 2);
    expectPuzzleDataset(chosen);
    expect(chosen.metadata.totalGroups).toBe(1);
    const none = selectPuzzles(dataset(), () => false);
    expectPuzzleDataset(none);
    expect(none.metadata).toMatchObject({ totalGroups: 0, meanPuzzleExamples: 0 });
  });
});
