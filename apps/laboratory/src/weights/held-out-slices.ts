import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '@hrm/data';
import { MazeCell, shortestPath } from '@hrm/data-sudoku-maze';
import {
  mazeSizeOf,
  puzzlesOfRun,
  readSplit,
  type RunDescription,
  type TaskConfig,
  UsageError,
} from '@hrm/cli/internal';

/** Puzzles of one kind that were not in training. */
export interface HeldOutSlice {
  /** What they are, such as `17-clue`. */
  name: string;
  /** Their task, if they are of another size than those of the run. */
  task?: TaskConfig | undefined;
  questions: ArrayLike<number>[];
  /** The one answer of the data to each question, as tokens, where an answer may be right without being this one. */
  answers?: ArrayLike<number>[] | undefined;
}

/**
 * Reads every text file of a folder as one slice, named after the file; mazes may have any size.
 *
 * @throws UsageError if there is none.
 */
export function readSlices(folder: string, config: TaskConfig, taskOf: (config: TaskConfig) => Task): HeldOutSlice[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.txt'));
  if (files.length === 0) throw new UsageError(`--held-out: ${folder} holds no .txt file of puzzles`);
  return files.sort().map((file) => {
    const text = readFileSync(join(folder, file), 'utf8').replace(/\r?\n$/, '');
    const size = config.kind === 'maze' ? mazeSizeOf(text) : undefined;
    const task = size && { ...config, ...size };
    const questions = Array.from(taskOf(task ?? config).readLines(text.split(/\r?\n/)), ({ question }) => question);
    const answers = size && questions.map((question) => pathThrough({ ...size, question }));
    return { name: file.slice(0, -'.txt'.length), task, questions, answers };
  });
}

/** The answer of the data to a maze, as tokens: the path of `shortestPath`. */
function pathThrough({ question, width, height }: { question: ArrayLike<number>; width: number; height: number }) {
  const cells = Uint8Array.from(question, (token) => token - 1);
  const answer = Int32Array.from(question);
  for (const cell of shortestPath({ width, height, cells })!.slice(1, -1)) answer[cell] = MazeCell.path + 1;
  return answer;
}

/** The held-out puzzles of a run as one slice. @throws UsageError if they are not there. */
export async function sliceOfRun(run: string, { data }: Pick<RunDescription, 'data'>): Promise<HeldOutSlice> {
  const folder = puzzlesOfRun(run, data);
  if (folder === undefined) throw new UsageError(`${run} holds no puzzles; give --held-out`);
  const { metadata, sets } = await readSplit(folder, 'test');
  const { seqLen } = metadata;
  const questions = Object.values(sets).flatMap(({ inputs }) =>
    Array.from({ length: inputs.length / seqLen }, (_, k) => inputs.subarray(k * seqLen, (k + 1) * seqLen)),
  );
  return { name: 'held out', questions };
}
