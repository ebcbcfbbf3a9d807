import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MazePuzzle, parseMaze, parseSudoku, type SudokuPuzzle } from '../src/index';
import { PuzzleFileError, readMazeCsv, readSudokuCsv } from '../src/files';
import { dir } from './temporary-files';

const HEADER = 'source,question,answer,rating';
/** Headers that say the same, and at which place of the official order each of their columns is; -1 for one of no use. */
const HEADERS: Readonly<Record<string, readonly number[]>> = {
  [HEADER]: [0, 1, 2, 3],
  'rating,answer,question,source': [3, 2, 1, 0],
  'quizzes,SOLUTIONS,Difficulty, Source': [1, 2, 3, 0],
  'id,puzzle,solution,clues,difficulty,source': [-1, 1, 2, -1, 3, 0],
};
const sudokus = [
  ['1.....3..4.....2', '1324423124133142'],
  ['.43..32..21.....', '2431132442133142'],
  ['1324423124133142', '1324423124133142'],
] as const;
const mazes = [
  ['S # ##  G', 'S #o##ooG'],
  ['SG#######', 'SG#######'],
  ['S  # #  G', 'So #o# oG'],
] as const;

const rarely = <T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>, weight: number) =>
  fc.oneof({ arbitrary: usual, weight }, { arbitrary: odd, weight: 1 });

/** One thing that makes a row wrong, whichever it is. */
const flaws = {
  none: (fields: string[]) => fields,
  'a field too few': (fields: string[]) => fields.slice(0, 3),
  'a field too many': (fields: string[]) => [...fields, ''],
  'a rating that is none': ([source, question, answer]: string[]) => [source!, question!, answer!, 'hard'],
  'a rating too long': ([source, question, answer]: string[]) => [source!, question!, answer!, '1234567890123456'],
  'a foreign character': ([source, question, ...rest]: string[]) => [source!, `?${question!.slice(1)}`, ...rest],
  'a line break in a puzzle': ([source, question, ...rest]: string[]) => [source!, `${question!}\n`, ...rest],
  'a cell too few': ([source, question, ...rest]: string[]) => [source!, question!.slice(1), ...rest],
  'a cell too many': ([source, question, answer, rating]: string[]) => [source!, question!, `${answer!}1`, rating!],
  'no puzzle': ([source, , , rating]: string[]) => [source!, '', '', rating!],
  'an answer of blanks': ([source, question, answer, rating]: string[]) =>
    [source!, question!, (/S/.test(question!) ? '#' : '.').repeat(answer!.length), rating!], // prettier-ignore
  'the answer of another': ([source, question, answer, rating]: string[]) =>
    [source!, question!, [...answer!].reverse().join(''), rating!], // prettier-ignore
  'bytes that are no text': ([source, ...rest]: string[]) => [`${source!}\u{fffd}`, ...rest],
};

const row = fc.record({
  puzzle: fc.nat(2),
  source: fc.oneof(
    fc.constantFrom('', 'me', '__proto__', 'a, "b"', 'two\nlines', ' é 数独 ', '#', '\0', '-'),
    fc.string({ maxLength: 8, unit: 'binary-ascii' }).map((text) => text.replaceAll('\r', '')),
  ),
  rating: fc.constantFrom('', '0', '-1', '007', '123456789012345', '1.25', '-0.5', '1e3'),
  above: rarely(fc.constant(''), fc.constantFrom('# by "me"', '; 1, 2', '#', ' '), 6),
  zeros: fc.boolean(),
  quoted: fc.boolean(),
  flaw: rarely(fc.constant('none' as const), fc.constantFrom(...(Object.keys(flaws) as (keyof typeof flaws)[])), 12),
});
const csv = fc.record({
  kind: fc.constantFrom('sudoku' as const, 'maze' as const),
  rows: fc.array(row, { maxLength: 3 }),
  header: rarely(
    fc.constantFrom(...Object.keys(HEADERS)),
    fc.constantFrom('source,quest,answer', 'question,question', 'quiz,puzzle,answer', 'source;question;answer;rating'),
    30,
  ),
  eol: fc.constantFrom('\n', '\n', '\r\n'),
  mark: fc.boolean(),
  ended: fc.boolean(),
  // Changes anywhere in the text: what comes of them is not known beforehand.
  edits: rarely(
    fc.constant([]),
    fc.array(
      fc.record({
        at: fc.nat(),
        removed: fc.nat(3),
        added: fc.constantFrom('', '"', ',', '\n', '\r', '\0', '""', '\ufeff', 'x', '1', '"\n', '\ud800'),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    3,
  ),
});

type CsvFile = typeof csv extends fc.Arbitrary<infer File> ? File : never;
type Puzzles = (SudokuPuzzle | MazePuzzle)[];

/** The text of a file, the puzzles in it, and the first line that is wrong, where it is known. */
function compose({ kind, rows, header, eol, mark, ended, edits }: CsvFile) {
  let line = 1;
  const order = HEADERS[header];
  let wrongLine = order ? undefined : 1;
  const puzzles: Puzzles = [];
  const lines = rows.flatMap(({ puzzle, source: name, rating, zeros, quoted, flaw, above }) => {
    const [question, answer] = (kind === 'sudoku' ? sudokus : mazes)[puzzle]!;
    const source = name.replaceAll('\n', eol);
    const official = flaws[flaw]([source, zeros ? question.replaceAll('.', '0') : question, answer, rating]);
    const fields = order && official.length === 4 ? order.map((at) => official[at] ?? '7') : official;
    const before = above === '' ? [] : [above];
    line += before.length;
    const text = fields
      .map((field) => (quoted || /["\n,]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
      .join(',');
    line += text.split('\n').length;
    // A row with too few or too many fields that begins so is taken for a comment.
    if (/^[#;]/.test(text) && fields.length !== (order ?? fields).length) return [...before, text];
    if (flaw !== 'none') wrongLine ??= line;
    const facts = { source, rating: rating === '' ? undefined : Number(rating) };
    puzzles.push(
      kind === 'sudoku'
        ? { question: parseSudoku(question), answer: parseSudoku(answer), ...facts }
        : { width: 3, height: 3, question: parseMaze(question).cells, answer: parseMaze(answer).cells, ...facts },
    );
    return [...before, text];
  });
  // An empty line at the end is one only where it is ended.
  const end = ended || [header, ...lines].at(-1) === '' ? eol : '';
  let text = `${mark ? '\ufeff' : ''}${[header, ...lines].join(eol)}${end}`;
  for (const { at, removed, added } of edits) {
    const start = at % (text.length + 1);
    text = text.slice(0, start) + added + text.slice(start + removed);
  }
  return { text, puzzles, wrongLine };
}

/** Milliseconds of the processor, not of the clock: a machine may let a process wait. */
const processorTime = () => Object.values(process.cpuUsage()).reduce((sum, time) => sum + time / 1000, 0);

test('CSV: 6,000 files, nearly right, give their puzzles or a PuzzleFileError with the line', async () => {
  const seen = { right: 0, wrong: 0, edited: 0 };
  const reasons = new Set<string>();
  const tryFile = async (file: CsvFile, index: number) => {
    const path = join(dir, `fuzzed-${index}.csv`);
    const { text, puzzles, wrongLine } = compose(file);
    writeFileSync(path, text);
    const outcome = await (file.kind === 'sudoku' ? readSudokuCsv : readMazeCsv)(path).then(
      (table): Puzzles => Array.from<Puzzles[number]>(table),
      (error: unknown) => error,
    );
    if (!Array.isArray(outcome)) {
      if (!(outcome instanceof PuzzleFileError)) throw outcome;
      expect(outcome.message.startsWith(`${path}:${outcome.line ?? ''}`)).toBe(true);
      expect(outcome.message.length).toBeLessThan(500);
      reasons.add(outcome.message.slice(path.length).replace(/"[^"]*"|[0-9]+/g, '_'));
    }
    if (file.edits.length > 0) seen.edited++;
    else if (wrongLine === undefined) {
      expect(outcome).toEqual(puzzles);
      seen.right++;
    } else {
      expect(outcome).toMatchObject({ name: 'PuzzleFileError', line: wrongLine });
      seen.wrong++;
    }
  };
  // Several at a time: most of it is waiting for the disk.
  await fc.assert(
    fc.asyncProperty(fc.array(csv, { minLength: 8, maxLength: 8 }), async (files) => {
      const start = processorTime();
      await Promise.all(files.map(tryFile));
      expect(processorTime() - start).toBeLessThan(1000);
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    { numRuns: 750, seed: 0 },
  );
  expect(seen.right).toBeGreaterThan(2400);
  expect(seen.wrong).toBeGreaterThan(450);
  expect(seen.edited).toBeGreaterThan(900);
  expect(reasons.size).toBeGreaterThan(20);
});
