import { describe, expect, it } from 'vitest';
import { applyDihedralTransform, type DihedralTransform, SeededRandom, tokensFromCells } from '@hrm/data';
import { generateMaze, mazeAugmentation, parseMaze, shortestPath } from '../src/index';
import { drawPath } from '../src/maze/paths/shortest-path';

const ALL: DihedralTransform[] = [0, 1, 2, 3, 4, 5, 6, 7];

describe('mazeAugmentation', () => {
  it.each([
    [9, 9, 8],
    [9, 5, 4],
  ])('of %ix%i keeps answers to the official rule and makes %i different mazes', (width, height, kinds) => {
    const random = new SeededRandom(0);
    const maze = generateMaze(random, { width, height });
    const augment = mazeAugmentation(width, height);
    const seen = new Set<string>();
    for (let k = 0; k < 200; k++) {
      const inputs = tokensFromCells(maze.question);
      const labels = tokensFromCells(maze.answer);
      augment(inputs, labels, random);
      const question = { width, height, cells: Uint8Array.from(inputs, (token) => token - 1) };
      expect([...labels]).toEqual([...tokensFromCells(drawPath(question.cells, shortestPath(question)!))]);
      seen.add(question.cells.join(''));
    }
    expect(seen.size).toBe(kinds);
  });

  it('turns other answers, ignored labels and padding with their cells', () => {
    const augment = mazeAugmentation(3, 3);
    const question = tokensFromCells(parseMaze(['S  ', '   ', '  G'].join('\n')).cells);
    const other = tokensFromCells(parseMaze(['Soo', '  o', '  G'].join('\n')).cells);
    const ruled = tokensFromCells(parseMaze(['S  ', 'o  ', 'ooG'].join('\n')).cells);
    const ignored = ruled.map((token, cell) => (cell === 4 ? -100 : token));
    const padded = question.map((token, cell) => (cell === 1 ? 0 : token));
    for (const [inputs, labels] of [
      [question, other],
      [question, ignored],
      [padded, padded.map((token) => token || -100)],
    ] as const) {
      const turns = new Set(
        ALL.map((transform) =>
          [inputs, labels].map((all) => applyDihedralTransform(all, 3, 3, transform).join()).join(' '),
        ),
      );
      for (let seed = 0; seed < 40; seed++) {
        const example = [inputs.slice(), labels.slice()] as const;
        augment(...example, new SeededRandom(seed));
        expect(turns).toContain(example.map((tokens) => tokens.join()).join(' '));
      }
    }
  });

  it('refuses examples of another size', () => {
    const augment = mazeAugmentation(3, 3);
    expect(() => augment(new Int32Array(4), new Int32Array(4), new SeededRandom(0))).toThrow(/9 tokens .* got 4/);
  });
});
