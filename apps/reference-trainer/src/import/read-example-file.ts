import { existsSync } from 'node:fs';
import { type ExampleTable, type ImportPlanner, PuzzleTextError } from '@hrm/data';
import { readExamples, type ReadExamplesOptions } from '@hrm/data/files';
import { FileFormatError } from '@hrm/files';
import { UsageError } from '../command-line/usage-error';

/** The option that names a file of examples. */
export type FileFlag = 'train' | 'test';

/** Reads the examples of a file. @throws UsageError that names the option, the file, the line and what was wrong. */
export async function readExampleFile(
  flag: FileFlag,
  path: string,
  options: ReadExamplesOptions,
): Promise<ExampleTable> {
  if (!existsSync(path)) throw new UsageError(`--${flag}: there is no file ${path}`);
  try {
    return await readExamples(path, options);
  } catch (error) {
    if (error instanceof FileFormatError) {
      const fix = /^there is no column/.test(error.problem) ? '; choose by --input-column and --output-column' : '';
      throw new UsageError(`--${flag}: ${error.message}${fix}`);
    }
    // The format is not known by the name.
    if (error instanceof RangeError) throw new UsageError(`--${flag}: ${error.message}; or give --format`);
    throw error;
  }
}

/** Adds the examples of a file to a plan. @throws UsageError that names the line of one that is not of the kind. */
export function addExamples<Options>(
  planner: ImportPlanner<Options>,
  flag: FileFlag,
  path: string,
  examples: ExampleTable,
): void {
  try {
    planner.add(examples);
  } catch (error) {
    if (!(error instanceof PuzzleTextError)) throw error;
    const place = error.line === undefined ? path : `${path}, line ${error.line}`;
    throw new UsageError(`--${flag}: ${place}: ${error.message}`);
  }
}
