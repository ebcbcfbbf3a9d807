import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cellsFromTokens, SeededRandom } from '@hrm/data';
import {
  applySudokuSymmetry,
  formatSudoku,
  generateSudokuPuzzles,
  randomSudokuSymmetry,
  sudokuClass,
  sudokuTask,
} from '@hrm/data-sudoku-maze';
import { readDataset } from '@hrm/data/files';
import { RunLock } from '@hrm/trainer/checkpoint';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectRoom } from '../src/run/puzzles/expect-room';
import { fillNewPuzzles } from '../src/run/puzzles/new-puzzles';
import { generatePuzzles, writeNewPuzzles } from '../src/run/puzzles/run-puzzles';
import { filesOf, writeQuickConfig } from './quick-run';
import { runInProcess } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

useEmptyFolder('data-commands');

const lastObject = (stdout: string) => JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Record<string, unknown>;
const questionsOf = async (folder: string, split: string) => {
  const { inputs } = (await readDataset(folder, split)).sets['all']!;
  return Array.from({ length: inputs.length / 16 }, (_, k) => formatSudoku(cellsFromTokens(inputs.subarray(16 * k, 16 * k + 16)))); // prettier-ignore
};
const importSudokus = (...args: string[]) => runInProcess(['data', 'import', '--task', 'sudoku', ...args]);

describe('hrm data generate', () => {
  const generate = (out: string, seed = '0') =>
    runInProcess(['data', 'generate', '--task', 'sudoku', '--size', '4', '--train', '300', '--test', '100', '--seed', seed, '--out', out]); // prettier-ignore

  it('holds out puzzles that differ from the training puzzles up to symmetry', async () => {
    const { stdout } = await generate('unlike');
    expect(stdout).toContain('No held-out puzzle equals a training puzzle, not even up to symmetry');
    const known = new Set((await questionsOf('unlike', 'train')).map((question) => sudokuClass(digits(question))));
    const heldOut = await questionsOf('unlike', 'test');
    expect(heldOut).toHaveLength(100);
    expect(heldOut.filter((question) => known.has(sudokuClass(digits(question))))).toEqual([]);
  });

  it('writes one whole data set if two run at once in one folder', async () => {
    const task = sudokuTask({ size: 4 });
    const [a, b] = [0, 5].map((seed) => generatePuzzles(task, { train: 30, test: 10, seed }));
    const outcomes = await Promise.allSettled([writeNewPuzzles('both', a!), writeNewPuzzles('both', b!)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const written = outcomes[0]!.status === 'fulfilled' ? a! : b!;
    expect(await readDataset('both', 'train')).toEqual(written.train);
    expect(await readDataset('both', 'test')).toEqual(written.test);
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(String(refused?.reason)).toMatch(/another process is using both|exists already|already exists/);
  });

  it('is refused where --out leads to no folder', async () => {
    writeFileSync('note.txt', 'mine');
    symlinkSync('note.txt', 'to-file');
    symlinkSync('nowhere', 'to-nothing');
    symlinkSync('circle', 'circle');
    const errorOf = async (out: string) => {
      const { status, stderr } = await generate(out);
      expect(status, stderr).toBe(2);
      return stderr;
    };
    expect(await errorOf('note.txt')).toContain('--out: note.txt is no folder, expected a folder or a new name');
    expect(await errorOf('to-file')).toContain('--out: to-file is no folder');
    expect(await errorOf('note.txt/data')).toContain('--out: note.txt/data is not usable (ENOTDIR)');
    expect(await errorOf('circle')).toContain('--out: circle is not usable (ELOOP)');
    expect(await errorOf('to-nothing')).toContain('--out: to-nothing is a link to nothing');
    expect(readFileSync('note.txt', 'utf8')).toBe('mine');
  });

  it('leaves no folder of its own where nothing could be written', async () => {
    const fail = () => Promise.reject(new Error('the disk is full'));
    await expect(fillNewPuzzles('full/data', undefined, fail)).rejects.toThrow('the disk is full');
    expect(existsSync('full/data')).toBe(false);
    mkdirSync('mine');
    await expect(fillNewPuzzles('mine', undefined, fail)).rejects.toThrow('the disk is full');
    expect(readdirSync('mine')).toEqual([]);
  });

  it('is refused where memory or the disk has too little room, in units that fit', () => {
    const room = (memory: number, free: number) => () =>
      expectRoom('.', { train: 1000, test: 1 }, sudokuTask({ size: 4 }), { memory, free: () => free });
    expect(room(5000, 1e9)).toThrow(/^--train: the data set of 1001 examples takes \d+\.\d KiB, but there are only 4\.9 KiB of memory$/); // prettier-ignore
    expect(room(1e9, 300)).toThrow(/^--out: the data set .* KiB, but .* has only 300 bytes left$/);
    expect(room(1e9, 1e9)).not.toThrow();
  });

  it('is refused while another process writes to the folder, and writes nothing', async () => {
    mkdirSync('busy');
    const lock = await RunLock.acquire('busy');
    const { status, stderr } = await generate('busy');
    await lock.release();
    expect(stderr).toContain('--out: another process is using busy');
    expect(status).toBe(2);
    expect(readdirSync('busy')).toEqual([]);
  });

  it.each(['train', 'test', 'identifiers.json'])('does not change an existing %s, even a broken link', async (name) => {
    for (const [folder, make] of [
      ['a-file', (path: string) => writeFileSync(path, 'mine')],
      ['a-link', (path: string) => symlinkSync('nowhere', path)],
    ] as const) {
      const out = `${folder}-${name}`;
      mkdirSync(out);
      make(join(out, name));
      const { status, stderr } = await generate(out);
      expect(stderr).toContain(`--out: ${join(out, name)} exists already`);
      expect(status).toBe(2);
      expect(readdirSync(out)).toEqual([name]);
    }
  }); // prettier-ignore

  it('says if there are too few puzzles', async () => {
    const { status, stderr } = await runInProcess(['data', 'generate', '--task', 'sudoku', '--size', '4', '--givens', '4', '--train', '500', '--out', 'few']); // prettier-ignore
    expect(stderr).toContain('different puzzles of the 200 requested, none of them equal to an excluded one');
    expect(status).toBe(2);
    expect(existsSync('few')).toBe(false);
  });
});

const digits = (text: string) => [...text].map((character) => Number(character.replace('.', '0')));

describe('hrm data import', () => {
  const learned = generateSudokuPuzzles({ size: 4, count: 60, seed: 0 });
  const unlike = generateSudokuPuzzles({ size: 4, count: 13, seed: 1, exclude: learned });
  const random = new SeededRandom(3);
  const equal = learned.slice(0, 7).map(({ question, answer }) => {
    const symmetry = randomSudokuSymmetry(4, random);
    return { question: applySudokuSymmetry(question, symmetry), answer: applySudokuSymmetry(answer, symmetry) };
  });

  beforeAll(() => {
    const csv = (puzzles: typeof learned) =>
      `quizzes,solutions\n${puzzles.map(({ question, answer }) => `${formatSudoku(question)},${formatSudoku(answer)}\n`).join('')}`;
    writeFileSync('train.CSV', csv(learned));
    writeFileSync('test.csv', csv([...unlike, ...equal]));
    writeFileSync('unlike.txt', unlike.map(({ question }) => formatSudoku(question)).join('\n'));
  });

  it('counts the held-out puzzles that equal a training puzzle up to symmetry', async () => {
    const files = ['--train', 'train.CSV', '--test', 'test.csv'];
    const { status, stdout, stderr } = await importSudokus(...files, '--out', 'counted', '--json');
    expect(status, stderr).toBe(0);
    expect(lastObject(stdout)).toMatchObject({ train: 60, test: 20, equalUpToSymmetry: 7 });
    expect(stderr).toContain('Warning: 7 of the 20 held-out puzzles equal a training puzzle up to symmetry');
    const skipped = await importSudokus(...files, '--out', 'skipped', '--overlap', 'skip', '--json');
    expect(lastObject(skipped.stdout)).toMatchObject({ equalUpToSymmetry: null });
    const none = await importSudokus('--train', 'train.CSV', '--test', 'unlike.txt', '--out', 'none');
    expect(none.stdout).toContain('No held-out puzzle equals a training puzzle, not even up to symmetry');
  });

  it('chooses a random subsample of the training puzzles, and keeps all held-out ones', async () => {
    const subsample = (out: string, seed: string) =>
      importSudokus('--train', 'train.CSV', '--test', 'test.csv', '--subsample', '20', '--seed', seed, '--out', out);
    for (const [out, seed] of [['sub-0', '0'], ['sub-0-again', '0'], ['sub-1', '1']] as const) await subsample(out, seed); // prettier-ignore
    const all = learned.map(({ question }) => formatSudoku(question));
    const chosen = await questionsOf('sub-0', 'train');
    expect(new Set(chosen).size).toBe(20);
    expect(all).toEqual(expect.arrayContaining(chosen));
    expect([...chosen].sort()).not.toEqual(all.slice(0, 20).sort());
    expect(await questionsOf('sub-0', 'test')).toHaveLength(20);
    expect(filesOf('sub-0-again')).toEqual(filesOf('sub-0'));
    expect([...(await questionsOf('sub-1', 'train'))].sort()).not.toEqual([...chosen].sort());
    const more = await importSudokus(
      '--train',
      'train.CSV',
      '--test',
      'test.csv',
      '--subsample',
      '99',
      '--out',
      'sub-99',
    );
    expect(more.stdout).toContain('train.CSV has only 60 puzzles; all are kept');
  });

  it('limits both files, and refuses --limit with --subsample', async () => {
    const files = ['--train', 'train.CSV', '--test', 'test.csv', '--limit', '5'];
    await importSudokus(...files, '--out', 'limited');
    const first = (puzzles: typeof learned) => puzzles.slice(0, 5).map(({ question }) => formatSudoku(question));
    expect(await questionsOf('limited', 'train')).toEqual(first(learned));
    expect(await questionsOf('limited', 'test')).toEqual(first(unlike));
    expect((await runInProcess(['data', 'import', '--help'])).stdout.replace(/\s+/g, ' ')).toContain(
      'Puzzles to read at most from each of the two files',
    );
    const both = await importSudokus(...files, '--subsample', '5', '--out', 'both-cut');
    expect([both.status, both.stderr]).toEqual([2, expect.stringContaining('--limit, --subsample: give only one')]);
  });

  it('counts mazes that are equal after a rotation', async () => {
    const mazes = ['S # ##  G,S #o##ooG', 'G  ## # S,Goo##o# S'];
    writeFileSync('mazes.csv', `maze,path\n${mazes[0]!}\n`);
    writeFileSync('turned.csv', `path,maze\n${mazes[1]!.split(',').reverse().join()}\n`);
    const { stdout, stderr } = await runInProcess(['data', 'import', '--task', 'maze', '--train', 'mazes.csv', '--test', 'turned.csv', '--out', 'mazes', '--json']); // prettier-ignore
    expect(stderr).toContain('Warning: 1 of the 1 held-out puzzles');
    expect(lastObject(stdout)).toMatchObject({ equalUpToSymmetry: 1 });
  });

  it('names file, line and character of what it cannot read, and writes nothing', async () => {
    writeFileSync('typo.txt', '1.....3..4.....2\n1.....3..4..?..2\n');
    writeFileSync('typo.csv', 'puzzle,solution\n1.....3..4..?..2,1324423124133142\n');
    for (const [file, message] of [
      ['typo.txt', 'typo.txt:2:13: Unexpected "?" in row 4, column 1'],
      ['typo.csv', 'typo.csv:2: question, character 13: Unexpected "?" in row 4, column 1'],
    ] as const) {
      const { status, stderr } = await importSudokus('--train', file, '--test', 'test.csv', '--out', 'typo');
      expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
      expect(existsSync('typo')).toBe(false);
    }
  });
});

describe('hrm residuals --svg', () => {
  it('overwrites only an earlier drawing, and checks this before it measures', async () => {
    writeQuickConfig('quick.json');
    await runInProcess(['train', 'quick.json', '--out', 'run', '--max-steps', '1']);
    const residuals = (svg: string) => runInProcess(['residuals', '--run', 'run', '--puzzles', '2', '--svg', svg]);
    writeFileSync('mine.txt', 'mine');
    symlinkSync('nowhere', 'link.svg');
    for (const [path, message] of [
      ['mine.txt', '--svg: mine.txt exists already and is not a drawing of residuals; choose another name'],
      ['link.svg', '--svg: link.svg exists already'],
      ['run', '--svg: run exists already'],
      ['no/folder.svg', '--svg: there is no folder no'],
    ] as const) {
      const { status, stdout, stderr } = await residuals(path);
      expect(stderr).toContain(message);
      expect([status, stdout]).toEqual([2, '']);
    }
    expect(readFileSync('mine.txt', 'utf8')).toBe('mine');
    expect((await residuals('new.svg')).status).toBe(0);
    expect(readFileSync('new.svg', 'utf8')).toMatch(/^<svg/);
  });
});
