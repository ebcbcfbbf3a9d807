import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cellsFromTokens } from '@hrm/data';
import { readDataset, readIdentifiers, writeDataset } from '@hrm/data/files';
import { describe, expect, it } from 'vitest';
import { buildMazeDataset, shortestPath, verifyMaze, verifySudoku } from '../src/index';
import { drawPath } from '../src/maze/paths/shortest-path';
import { dir } from './temporary-files';
import { testdata } from './testdata';

describe('the data sets that the official builders wrote', () => {
  it.each([
    ['sudoku', 'train', 12, 36],
    ['sudoku', 'test', 8, 8],
    ['maze', 'train', 3, 24],
    ['maze', 'test', 8, 8],
  ])('%s/%s is read, with answers that are right', async (task, split, groups, examples) => {
    const { metadata, sets } = await readDataset(testdata(`official-${task}`), split);
    expect(metadata).toMatchObject({ totalGroups: groups, seqLen: task === 'sudoku' ? 81 : 900, sets: ['all'] });
    const { inputs, labels } = sets['all']!;
    const { seqLen } = metadata;
    expect(inputs.length / seqLen).toBe(examples);
    expect(inputs).toBeInstanceOf(Uint8Array);
    for (let at = 0; at < inputs.length; at += seqLen) {
      const question = cellsFromTokens(inputs.subarray(at, at + seqLen));
      const answer = cellsFromTokens(labels.subarray(at, at + seqLen));
      const verdict =
        task === 'sudoku'
          ? verifySudoku(question, answer)
          : verifyMaze({ width: 30, height: 30, cells: question }, answer);
      expect(verdict).toEqual({ valid: true, wrongCells: [] });
    }
  });

  it('mazes come in the eight transforms that we make, their answers turned where ours follow the rule', async () => {
    const official = await readDataset(testdata('official-maze'), 'train');
    const { inputs, labels } = official.sets['all']!;
    const puzzles = [0, 1, 2].map((group) => ({
      width: 30,
      height: 30,
      question: cellsFromTokens(inputs.subarray(group * 7200, group * 7200 + 900)),
      answer: cellsFromTokens(labels.subarray(group * 7200, group * 7200 + 900)),
    }));
    const ours = buildMazeDataset(puzzles, { dihedral: true });
    const { labels: answers, ...rest } = ours.sets['all']!;
    expect({ ...ours, sets: { all: { ...rest, labels } } }).toEqual(official);
    const cellsAt = (tokens: ArrayLike<number>, example: number) =>
      cellsFromTokens(Array.from({ length: 900 }, (_, cell) => tokens[example * 900 + cell]!));
    let differing = 0;
    for (let example = 0; example < 24; example++) {
      const maze = { width: 30, height: 30, cells: cellsAt(inputs, example) };
      const [answer, official] = [cellsAt(answers, example), cellsAt(labels, example)];
      expect(answer).toEqual(drawPath(maze.cells, shortestPath(maze)!));
      if (answer.join() !== official.join()) differing++;
      // What was not turned is theirs.
      if (example % 8 === 0) expect(answer).toEqual(official);
    }
    expect(differing).toBeGreaterThan(0);
  });

  it('have names for their identifiers', async () => {
    expect(await readIdentifiers(testdata('official-maze'))).toEqual(['<blank>']);
  });

  it('are written again, byte for byte', async () => {
    const official = testdata('official-maze');
    await writeDataset(join(dir, 'again'), 'train', await readDataset(official, 'train'));
    for (const name of await readdir(join(official, 'train'))) {
      if (name === 'dataset.json') continue;
      const [ours, theirs] = [join(dir, 'again', 'train', name), join(official, 'train', name)];
      expect(Buffer.compare(await readFile(ours), await readFile(theirs))).toBe(0);
    }
  });
});
