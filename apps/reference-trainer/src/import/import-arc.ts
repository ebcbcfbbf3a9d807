import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { ARC_SEQ_LEN, type ArcPuzzle } from '@hrm/data-arc';
import { readArcPuzzles, writeArcDataset } from '@hrm/data-arc/files';
import { SeededRandom } from '@hrm/data';
import { printedCommand } from '../command-line/printed-command';
import { UsageError } from '../command-line/usage-error';
import { finishBeforeStopping } from '../process/stop-signals';
import { expectRoomForBytes } from '../run/puzzles/expect-room';
import { fillNewPuzzles } from '../run/puzzles/new-puzzles';
import { counted } from '../terminal/counted';
import { withProgress } from '../terminal/progress';
import type { Terminal } from '../terminal/terminal';
import type { ImportOptions } from './import-options';

/** Reads the tasks of a folder or file, and says where their solutions are from. */
async function readTasks(flag: 'train' | 'test', { limit, ...options }: ImportOptions, terminal: Terminal) {
  const path = options[flag];
  if (!existsSync(path)) throw new UsageError(`--${flag}: there is no folder or file ${path}`);
  const { puzzles, solutions } = await readArcPuzzles(path);
  if (solutions !== undefined) terminal.say(`--${flag}: the solutions are those of ${solutions}.`);
  const unknown = puzzles.filter(({ test }) => test.some(({ output }) => output === undefined)).length;
  if (unknown > 0) {
    const meaning = flag === 'train' ? 'these tests are not trained on' : 'they are solved, but not scored';
    terminal.say(
      `--${flag}: ${counted(unknown, 'task')} of ${puzzles.length} have tests without a solution: ${meaning}.`,
    );
  }
  return puzzles.slice(0, limit);
}

/** Tasks drawn at random, in their order. */
function subsampled(puzzles: readonly ArcPuzzle[], { subsample, seed }: ImportOptions): readonly ArcPuzzle[] {
  if (subsample === undefined || subsample >= puzzles.length) return puzzles;
  const drawn = new SeededRandom(seed, 2).permutation(puzzles.length).subarray(0, subsample).sort();
  return Array.from(drawn, (index) => puzzles[index]!);
}

/**
 * Imports tasks of ARC: builds what the official builder builds, see `writeArcDataset` of `@hrm/data-arc`.
 *
 * @throws UsageError if a file is missing or a task is given twice; FileFormatError if a file holds something else.
 */
export async function importArc(options: ImportOptions, terminal: Terminal): Promise<void> {
  const { out, augmentations, seed } = options;
  const started = performance.now();
  const train = subsampled(await readTasks('train', options, terminal), options);
  const test = await readTasks('test', options, terminal);
  const total = train.length + test.length;
  // A copy of each pair for each augmentation; fewer for tasks with symmetries.
  const pairs = [...train, ...test].reduce((sum, puzzle) => sum + puzzle.train.length + puzzle.test.length, 0);
  const examples = pairs * (1 + augmentations);
  expectRoomForBytes(out, { examples, bytes: 2 * examples * ARC_SEQ_LEN });
  const write = () =>
    withProgress(terminal, 'augmenting', total, (bar) =>
      fillNewPuzzles(out, { kind: 'arc' }, async () => {
        const onPuzzle = ({ puzzles }: { puzzles: number }) => bar.update(puzzles);
        return writeArcDataset(out, { train, test, augmentations, seed, onPuzzle });
      }),
    );
  const written = await finishBeforeStopping(write).catch((error: unknown) => {
    throw error instanceof RangeError ? new UsageError(`--train, --test: ${error.message}`) : error;
  });
  const seconds = (performance.now() - started) / 1000;
  terminal.say(
    `${counted(written.train, 'example')} to train on and ${counted(written.test, 'example')} held out, of ` +
      `${counted(total, 'task')} and their copies, in ${out} (${seconds.toFixed(1)} s).`,
  );
  if (written.puzzlesWithFewerCopies > 0) {
    const fewer = counted(written.puzzlesWithFewerCopies, 'task');
    terminal.say(`${fewer} with fewer than ${augmentations} different copies, because of their symmetries.`);
  }
  terminal.say(`Next:\n  ${printedCommand('train', 'arc', '--data', out, '--out', `runs/${basename(out)}`)}`);
  terminal.result({ out, ...written, seconds });
}
