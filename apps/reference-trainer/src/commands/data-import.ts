import { defineCommand } from '../command-line/command';
import { UsageError } from '../command-line/usage-error';
import { dataImportOptions, expectOptionsOfTask, type ImportOptions } from '../import/import-options';
import { importers } from '../import/importers';
import { expectNoPuzzles } from '../run/puzzles/new-puzzles';
import { Terminal } from '../terminal/terminal';

/** Runs `hrm data import`. */
async function dataImport(options: ImportOptions): Promise<void> {
  if (options.subsample !== undefined && options.limit !== undefined) {
    throw new UsageError(
      '--limit, --subsample: give only one; --limit takes the first puzzles of both files, --subsample random ones of --train',
    );
  }
  expectOptionsOfTask(options);
  expectNoPuzzles(options.out);
  await importers[options.task](options, new Terminal(options.json));
}

export const dataImportCommand = defineCommand({
  name: 'data import',
  summary: 'Make a data set from files of puzzles',
  options: dataImportOptions,
  examples: [
    'hrm data import --task sudoku --train train.csv --test test.csv --out data/sudoku',
    'hrm data import --task arc --train ARC-AGI/data/training --test ARC-AGI/data/evaluation --augmentations 1000 --out data/arc',
    'hrm data import --task sudoku --train train.csv --test test.csv --subsample 1000 --augmentations 1000 --out data/sudoku-1k',
    'hrm data import --task tokens --train train.jsonl --test test.jsonl --out data/sums',
    'hrm data import --task tokens --train train.parquet --test test.parquet --input-column question --output-column answer --out data/sums',
  ],
  notes: `For arc, --train and --test are folders of tasks, as in github.com/fchollet/ARC-AGI, or files of challenges from Kaggle;
solutions are read from the file next to it with "solutions" in its name. The model trains on the demonstrations of both
and on the tests of --train. The official data sets have --augmentations 1000.
For tokens and grid, a line of a JSONL file is {"input": "12+34", "output": "46"}. Both are text, or lists of whole
numbers; for grid, lists of rows. An "id" may follow: examples with the same id are variants of one puzzle, and an epoch
shows one of them. CSV and TSV files have a header, Parquet files have columns. Each character is a token, or each word
with --separator. Numbers are shifted so that the lowest is token 1. Token 0 pads.
For Sudoku and mazes, CSV files (.csv) need a header with question and answer, quizzes and solutions, or puzzle and solution, in any order; other
columns are ignored. Other files hold Sudokus as text: one puzzle per line, or one row of the grid per line. Blanks are
. 0 * _ x or spaces; lines that begin with # or ; are comments.
Two puzzles are equal up to symmetry if augmentation can turn one into the other. For Sudoku it renames digits, reorders
rows, columns, bands and stacks, and transposes; for mazes it rotates and reflects. Counting takes about a minute per
million puzzles.`,
  run: dataImport,
});
