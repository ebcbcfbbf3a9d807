import { describe, expect, it } from 'vitest';
import { applyDihedralTransform, cellsFromTokens, tokensFromCells } from '@hrm/data';
import {
  buildMazeDataset,
  buildSudokuDataset,
  generateMazePuzzles,
  generateSudokuPuzzles,
  parseMaze,
  shortestPath,
  verifySudoku,
} from '../src/index';
import { drawPath } from '../src/maze/paths/shortest-path';

const sudokus = generateSudokuPuzzles({ size: 4, count: 10, seed: 0 });
const mazes = generateMazePuzzles({ width: 6, count: 10, seed: 0 });

describe('building a data set', () => {
  it('of Sudokus: tokens, one group a puzzle, the puzzle first and then its augmentations', () => {
    const { metadata, sets } = buildSudokuDataset(sudokus, { augmentations: 4, seed: 0 });
    expect(metadata).toEqual({
      padId: 0,
      ignoreLabelId: 0,
      blankIdentifierId: 0,
      vocabSize: 6,
      seqLen: 16,
      numPuzzleIdentifiers: 1,
      totalGroups: 10,
      meanPuzzleExamples: 1,
      sets: ['all'],
    });
    const { inputs, labels, puzzleIdentifiers, puzzleIndices, groupIndices } = sets['all']!;
    expect([...groupIndices]).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50]);
    expect([...puzzleIndices]).toEqual(Array.from({ length: 51 }, (_, k) => k));
    expect([...puzzleIdentifiers]).toEqual(new Array(50).fill(0));
    sudokus.forEach(({ question, answer }, k) => {
      expect([...inputs.subarray(k * 80, k * 80 + 16)]).toEqual([...tokensFromCells(question)]);
      expect([...labels.subarray(k * 80, k * 80 + 16)]).toEqual([...tokensFromCells(answer)]);
    });
    const keys = new Set<string>();
    for (let at = 0; at < inputs.length; at += 16) {
      const question = cellsFromTokens(inputs.subarray(at, at + 16));
      expect(verifySudoku(question, cellsFromTokens(labels.subarray(at, at + 16))).valid).toBe(true);
      keys.add(question.join());
    }
    expect(keys.size).toBeGreaterThan(40);
  });

  it('of mazes: the 8 transforms in the official order', () => {
    const { metadata, sets } = buildMazeDataset(mazes, { dihedral: true });
    expect(metadata).toMatchObject({ vocabSize: 6, seqLen: 36, totalGroups: 10 });
    const { inputs, labels, groupIndices } = sets['all']!;
    expect(groupIndices[10]).toBe(80);
    for (let transform = 0; transform < 8; transform++) {
      const cells = applyDihedralTransform(mazes[3]!.question, 6, 6, transform as 0);
      const expected = tokensFromCells(drawPath(cells, shortestPath({ width: 6, height: 6, cells })!));
      const at = (3 * 8 + transform) * 36;
      expect([...labels.subarray(at, at + 36)]).toEqual([...expected]);
    }
    expect([...inputs.subarray(0, 36)]).toEqual([...tokensFromCells(mazes[0]!.question)]);
  });

  it('of mazes: an answer that follows another rule is turned with its maze', () => {
    // Right, then down.
    const { cells: question } = parseMaze(['S  ', '   ', '  G'].join('\n'));
    const { cells: answer } = parseMaze(['Soo', '  o', '  G'].join('\n'));
    const { sets } = buildMazeDataset([{ width: 3, height: 3, question, answer }], { dihedral: true });
    for (let transform = 0; transform < 8; transform++) {
      const turned = tokensFromCells(applyDihedralTransform(answer, 3, 3, transform as 0));
      expect([...sets['all']!.labels.subarray(transform * 9, transform * 9 + 9)]).toEqual([...turned]);
    }
  });

  it('refuses nothing, mixed sizes and turned rectangles', () => {
    expect(() => buildSudokuDataset([])).toThrow(/at least one puzzle/);
    expect(() => buildMazeDataset([])).toThrow(/at least one maze/);
    const other = generateSudokuPuzzles({ size: 6, count: 1 });
    expect(() => buildSudokuDataset([...sudokus, ...other])).toThrow(/4x4 like the first; puzzle 10 is not/);
    expect(() => buildSudokuDataset(sudokus, { augmentations: -1 })).toThrow(/augmentations must be/);
    const wide = generateMazePuzzles({ width: 6, height: 4, count: 1 });
    expect(() => buildMazeDataset([...mazes, ...wide])).toThrow(/6x6 like the first; maze 10 is not/);
    expect(() => buildMazeDataset(wide, { dihedral: true })).toThrow(/square/);
    expect(buildMazeDataset(wide).metadata.seqLen).toBe(24);
  });
});
