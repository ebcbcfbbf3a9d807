import type { Terminal } from '../terminal/terminal';
import { importArc } from './import-arc';
import { importExamples } from './import-examples';
import type { ImportOptions } from './import-options';
import { importMazes, importSudokus } from './import-puzzles';

/** Reads the two files of a task, writes the data set, and prints what it holds. */
export type Importer = (options: ImportOptions, terminal: Terminal) => Promise<void>;

/** What `hrm data import` runs for each task. */
export const importers: { readonly [task in ImportOptions['task']]: Importer } = {
  tokens: (options, terminal) => importExamples('tokens', options, terminal),
  grid: (options, terminal) => importExamples('grid', options, terminal),
  sudoku: importSudokus,
  maze: importMazes,
  arc: importArc,
};
