import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { nextCommands } from '../src/run/next-commands';
import { writeQuickConfig } from './quick-run';
import { hrm } from './run-hrm';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('solve');

const solve = (run: string, ...args: string[]) => runInProcess(['solve', '--run', run, '--backend', 'cpu', ...args]);
const objects = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const MAZE = 'S    \n ### \n   # \n## # \n    G';

beforeAll(async () => {
  writeQuickConfig('sudoku.json');
  writeQuickConfig('maze.json', { task: { kind: 'maze', width: 5, height: 5, size: undefined }, generate: { givens: undefined } });
  writeQuickConfig('tokens.json', { task: { kind: 'tokens', seqLen: 16, vocabSize: 6, size: undefined }, generate: undefined, training: { augment: false } });
  for (const [run, data] of [['sudoku'], ['maze'], ['tokens', 'sudoku/data']] as const) {
    const { status, stderr } = await runInProcess(['train', `${run}.json`, '--out', run, '--max-steps', '1', ...(data ? ['--data', data] : [])]); // prettier-ignore
    expect(status, stderr).toBe(0);
  }
}); // prettier-ignore

describe('hrm solve refuses with a clear error', () => {
  it('a file that is CSV, which another command reads', async () => {
    writeFileSync('puzzles.CSV', 'question,answer\n');
    const { status, stderr } = await solve('sudoku', '--file', 'puzzles.CSV');
    expect(status).toBe(2);
    expect(stderr).toContain('puzzles.CSV is CSV; expected one puzzle per line');
    expect(stderr).toContain('hrm data import');
  });

  it.each([
    ['a digit twice in a row', '11.. .... .... ....', 'PUZZLE cannot be solved: 1 occurs twice in row 1: in row 1, column 1 and in row 1, column 2'],
    ['a digit twice in a column', '.2.. .... .... .2..', '2 occurs twice in column 2'],
    ['a digit twice in a box', '..3. ...3 .... ....', '3 occurs twice in the box of rows 1 to 2 and columns 3 to 4'],
    ['a cell without a digit', '.123 .... 4... ....', 'no digit fits in row 1, column 1'],
    ['no answer, for reasons deeper', '1... ..2. .3.. ...1', 'cannot be solved'],
    ['a typo', '1... ..?. .4.. ...2', 'PUZZLE, character 8: Unexpected "?" in row 2, column 3; expected 1 to 4 for digits, and one of . 0 * _ x for a blank cell'],
    ['a digit too great', '1... ..7. .4.. ...2', 'PUZZLE, character 8: A 4x4 Sudoku has digits 1 to 4; got 7 in row 2, column 3'],
    ['another size', '.'.repeat(81), 'PUZZLE: Expected 16 cells; got 81. The run solves Sudoku of 4x4'],
  ])('%s', async (_name, puzzle, message) => {
    const { status, stderr, stdout } = await solve('sudoku', puzzle);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
    expect(stdout).toBe('');
  }); // prettier-ignore

  it.each([
    ['a typo', 'S x  \n ### \n   # \n## # \n    G', 'character 3: Unexpected "x"'],
    ['another height', 'S    \n    G', 'Expected 5 rows; got 2. The run solves mazes of 5x5'],
    ['another width', 'S  \n  G\n   ', 'Expected 5 cells in each row; row 1 has 3'],
    ['no goal', MAZE.replace('G', ' '), 'this one has no G'],
    ['no path', MAZE.replace('# \n    G', '##\n   #G'), 'cannot be solved: no path leads from S to G'],
  ])('a maze with %s', async (_name, maze, message) => {
    const { status, stderr } = await solve('maze', maze);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  it.each([
    ['abc', 'token 2: expected a whole number from 0 to 5; got "abc"'],
    ['1.5', 'token 2: expected a whole number from 0 to 5; got "1.5"'],
    ['4294967297', 'got "4294967297"'],
    ['-1', 'got "-1"'],
    ['6', 'got "6"'],
    ['1e0', 'got "1e0"'],
    ['0x1', 'got "0x1"'],
  ])('the token %s', async (token, message) => {
    const { status, stderr } = await solve('tokens', `1 ${token}${' 1'.repeat(14)}`);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  it('a token that begins with "-", after "--"', async () => {
    expect((await solve('tokens', '--', '-1 1')).stderr).toContain(
      'token 1: expected a whole number from 0 to 5; got "-1"',
    );
    expect(nextCommands('tokens', { hasPuzzles: false, puzzle: '-1 1' })).toEqual([expect.stringContaining("solve --run tokens -- '-1 1'")]); // prettier-ignore
  });

  it('too many tokens', async () => {
    expect((await solve('tokens', '1 '.repeat(17))).stderr).toContain('PUZZLE: Expected at most 16 tokens; got 17.');
  });
});

describe('hrm solve', () => {
  it('notes that a puzzle has several solutions, and accepts any', async () => {
    const { status, stdout } = await solve('sudoku', '1... .... .... ....');
    expect(status).toBe(0);
    expect(stdout).toContain('Note: it has several solutions; any of them counts as right.');
  });

  it('does not judge an answer that cannot be verified', async () => {
    const { status, stdout } = await solve('tokens', '1 '.repeat(16), '--json');
    expect(status).toBe(0);
    expect(objects(stdout).at(-1)).toMatchObject({ valid: null, count: 1, solved: 0 });
    expect((await solve('tokens', '1 '.repeat(16))).stdout).toContain(
      'Not verified: puzzles of this kind cannot be checked',
    );
  });

  it('accepts the usual symbols for blanks', async () => {
    for (const blank of ['0', '*', '_', 'x', ' ']) {
      const { status, stdout } = await solve('sudoku', '1.....3..4.....2'.replaceAll('.', blank), '--json');
      expect(status).toBe(0);
      expect(objects(stdout)).toEqual([expect.objectContaining({ count: 1 })]);
    }
  });

  it('answers each puzzle of a file on a line, and ends with the totals', async () => {
    writeFileSync('puzzles.txt', '# two, and a grid\n1.....3..4.....2\n\n1000003004000002 ; again\n1 .|. .\n. .|3 .\n---+---\n. 4|. .\n. .|. 2\n');
    const { status, stdout, stderr } = await solve('sudoku', '--file', 'puzzles.txt', '--json');
    expect(status, stderr).toBe(0);
    const [first, second, third, summary, ...rest] = objects(stdout);
    expect(rest).toEqual([]);
    expect([first, second, third].map((object) => object!['line'])).toEqual([2, 4, 5]);
    for (const object of [first, second, third]) {
      expect(object).toMatchObject({ puzzle: '1.....3..4.....2', answer: first!['answer'], valid: first!['valid'], segments: first!['segments'] });
    }
    expect(first!['answer']).toMatch(/^[1-4.]{16}$/);
    expect(summary).toMatchObject({ count: 3, solved: first!['valid'] ? 3 : 0, impossible: 0, segments: 3 * (first!['segments'] as number) });

    const plain = await solve('sudoku', '--file', 'puzzles.txt');
    const lines = plain.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toMatch(/^[1-4.]{16}\t(solved|not solved: .*)$/);
    expect(plain.stderr).toMatch(/Of 3 puzzles: solved [03]/);
  }); // prettier-ignore

  it('reports the puzzles of a file that have no solution, and answers the others', async () => {
    writeFileSync('some.txt', '1.....3..4.....2\n11..............\n');
    const { status, stdout } = await solve('sudoku', '--file', 'some.txt', '--json');
    expect(status).toBe(2);
    const [first, second, summary] = objects(stdout);
    expect(first).toMatchObject({ line: 1, answer: expect.stringMatching(/^[1-4.]{16}$/) as string });
    expect(second).toMatchObject({ line: 2, answer: null, valid: false, flaw: expect.stringContaining('1 occurs twice in row 1') as string }); // prettier-ignore
    expect(summary).toMatchObject({ count: 2, impossible: 1 });
  });

  it.each([
    ['sudoku', '1.....3..4.....2\n1.....3..4..?..2\n', 'bad.txt:2:13: Unexpected "?" in row 4, column 1'],
    ['sudoku', '1...\n..3.\n.4..\n', 'bad.txt:1: The grid that begins here has 3 rows; expected 4'],
    ['sudoku', '# nothing\n', 'bad.txt: it holds no puzzle; expected Sudoku of 4x4'],
    ['maze', `${MAZE}\n\n${MAZE.replace('S', 'x')}\n`, 'bad.txt:7:1: Unexpected "x"'],
    ['maze', `${MAZE}\nS    \n`, 'bad.txt:6'],
    ['tokens', `${'1 '.repeat(16)}\n1 2 z`, 'bad.txt:2:5: token 3: expected a whole number from 0 to 5; got "z"'],
    ['tokens', `${'1 '.repeat(16)}\n${'1 '.repeat(17)}`, 'bad.txt:2: Expected at most 16 tokens; got 17.'],
  ])('refuses a file for %s that cannot be read, before anything is computed', async (run, content, message) => {
    writeFileSync('bad.txt', content);
    const { status, stderr, stdout } = await solve(run, '--file', 'bad.txt', '--json');
    expect(stderr).toContain(message);
    expect([status, stdout]).toEqual([2, '']);
  });

  it('reads mazes from a file, on one line or several, and tokens, one puzzle on each line', async () => {
    writeFileSync('mazes.txt', `${MAZE}\n\n${MAZE.replaceAll('\n', '')}\r\n${MAZE}\n`);
    const inMazes = objects((await solve('maze', '--file', 'mazes.txt', '--json')).stdout);
    expect(inMazes.map((object) => object['line'])).toEqual([1, 7, 8, undefined]);
    expect(inMazes.map((object) => object['puzzle']).slice(0, 3)).toEqual(Array(3).fill(MAZE.replaceAll('\n', '')));
    expect(inMazes.at(-1)).toMatchObject({ count: 3 });

    writeFileSync('tokens.txt', `${'1,'.repeat(16)}\n\n${'2 '.repeat(8)}\n`);
    const inTokens = objects((await solve('tokens', '--file', 'tokens.txt', '--json')).stdout);
    expect(inTokens.map((object) => object['line'])).toEqual([1, 3, undefined]);
    expect(inTokens[1]).toMatchObject({ puzzle: '2 2 2 2 2 2 2 2', valid: null });
    expect(inTokens.at(-1)).toMatchObject({ count: 2, solved: 0, unverified: 2 });
  });

  it('does not wait for a puzzle to be typed on a terminal', async () => {
    const before = process.stdin.isTTY;
    process.stdin.isTTY = true;
    try {
      const { status, stderr } = await solve('sudoku');
      expect([status, stderr]).toEqual([2, expect.stringContaining('PUZZLE is missing: give it on the command line')]);
    } finally {
      process.stdin.isTTY = before;
    }
  });

  it('refuses a puzzle together with a file, and a missing file', async () => {
    const both = await solve('sudoku', '1.....3..4.....2', '--file', 'puzzles.txt');
    expect([both.status, both.stderr]).toEqual([2, expect.stringContaining('--file: give either a puzzle or a file')]);
    const none = await solve('sudoku', '--file', 'nowhere.txt');
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('nowhere.txt')]);
  });

  it('answers several puzzles on stdin, and a single one in any lines', () => {
    const several = hrm(['solve', '--run', 'sudoku', '--json'], '1.....3..4.....2\n1.....3..4.....2');
    expect(several.status, several.stderr).toBe(0);
    expect(objects(several.stdout)).toHaveLength(3);
    expect(several.json).toMatchObject({ count: 2 });
    const one = hrm(['solve', '--run', 'sudoku', '--json'], '1... ..3.\n.4.. ...2\n');
    expect(objects(one.stdout)).toHaveLength(1);
    expect(one.json['answer']).toMatch(/^[1-4.]{16}$/);
  });
});

describe('text from files', () => {
  const strange = 'odd\u001b]0;title\u0007 \u001b[2J\u009b31m\u202etxt';

  it('is shown without its control characters', async () => {
    writeQuickConfig('strange.json', { name: strange });
    const { stdout, stderr, status } = await runInProcess([
      'train',
      'strange.json',
      '--out',
      'strange',
      '--max-steps',
      '1',
    ]);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('odd\ufffd]0;title\ufffd \ufffd[2J\ufffd31m\ufffdtxt');
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it('is escaped in JSON, which keeps its value', async () => {
    const { stdout } = await runInProcess(['train', 'sudoku.json', '--out', strange, '--max-steps', '1', '--json']);
    expect(stdout).not.toMatch(/[\u007f-\u009f\u202e]/);
    expect(objects(stdout).at(-1)).toMatchObject({ run: strange });
  });

  it('is shown without them in the errors of all kinds of files', async () => {
    writeFileSync('broken.json', `{"name": ${strange}}`);
    writeFileSync('unknown.json', JSON.stringify({ [strange]: 1 }));
    writeFileSync('strange.csv', `${strange},b\n`);
    for (const args of [
      ['train', 'broken.json', '--out', 'x'],
      ['train', 'unknown.json', '--out', 'x'],
      ['data', 'import', '--task', 'sudoku', '--train', 'strange.csv', '--test', 'strange.csv', '--out', 'x'],
      ['solve', '--run', 'sudoku', '--file', 'strange.csv'],
    ]) {
      const { status, stdout, stderr } = await runInProcess(args);
      expect(status, args.join(' ')).not.toBe(0);
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });
});

describe('hrm solve thinks longer', () => {
  const puzzle = '1... ..3. .4.. ...2';

  it.each([
    ['--tries', '3', 3],
    ['--search', undefined, 4],
  ] as const)('%s %s, and tells what it cost', async (option, value, tries) => {
    const { status, stdout, stderr } = await solve('sudoku', option, ...(value ? [value] : []), '--segments', '8', '--json', puzzle); // prettier-ignore
    expect(status, stderr).toBe(0);
    const result = objects(stdout).at(-1)!;
    const calls = result['modelCalls'] as number;
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(8 * tries);
    expect(result['tries']).toBeLessThanOrEqual(tries);
    expect(result['count']).toBe(1);
    expect(result['solved']).toBe(Number(result['valid']));
  });

  it('answers each puzzle of a file, with the totals', async () => {
    writeFileSync('two.txt', `${puzzle}\n${puzzle}\n`);
    const { status, stdout } = await solve('sudoku', '--tries', '2', '--segments', '2', '--json', '--file', 'two.txt');
    expect(status).toBe(0);
    const [first, second, totals] = objects(stdout);
    expect(totals!['modelCalls']).toBe((first!['modelCalls'] as number) + (second!['modelCalls'] as number));
    expect(totals!['tries']).toBe((first!['tries'] as number) + (second!['tries'] as number));
  });

  it('refuses to search where a part of an answer cannot be given', async () => {
    const { status, stderr } = await solve('maze', '--search', MAZE);
    expect(status).toBe(2);
    expect(stderr).toContain('--search: mazes of 5x5 cannot be given to the model with a part of the answer');
  });
});
