import { selectPuzzles, type PuzzleDataset } from '@hrm/data';
import type { RecursiveReasoner } from '@hrm/models';
import { printedCommand } from '../../command-line/printed-command';
import { UsageError } from '../../command-line/usage-error';
import {
  describeUnseen,
  fitIdentifiers,
  identifierNames,
  type FittedPuzzles,
  type Identifiers,
} from './identifier-names';
import { countPuzzles, readSplit } from './run-puzzles';

/**
 * Makes sure that a model can take a data set: length and vocabulary must be the model's.
 *
 * @throws UsageError that names what does not fit.
 */
export function expectPuzzlesOfModel(
  { metadata }: Pick<PuzzleDataset, 'metadata'>,
  { seqLen, vocabSize }: Pick<RecursiveReasoner, 'seqLen' | 'vocabSize'>,
): void {
  if (metadata.seqLen === seqLen && metadata.vocabSize === vocabSize) return;
  throw new UsageError(
    `--data: these puzzles have ${metadata.seqLen} tokens out of ${metadata.vocabSize}, but ` +
      `the run's model takes ${seqLen} out of ${vocabSize}`,
  );
}

/** The run whose model takes the puzzles. */
export interface ModelOfRun {
  run: string;
  model: RecursiveReasoner;
  /** The identifiers that it has vectors for; undefined if it has no puzzle embedding. */
  identifiers: Identifiers | undefined;
}

/** Puzzles to evaluate a model on. */
export interface PuzzlesOfModel extends FittedPuzzles {
  /** Those whose identifiers the model has no vector for; undefined if there are none. */
  unseenPuzzles?: PuzzleDataset;
}

/**
 * Reads the puzzles to evaluate a run's model on.
 *
 * @param folder that of `--data`, or of the run; undefined if neither is given.
 * @param options `unseen`: whether puzzles of identifiers that the model has no vector for are errors, or get the
 *   blank vector.
 * @throws UsageError if there are no puzzles, or they are not of this model.
 */
export async function readPuzzlesOfModel(
  folder: string | undefined,
  split: 'train' | 'test',
  { run, model, identifiers }: ModelOfRun,
  { unseen: choice }: { unseen: 'error' | 'blank' },
): Promise<PuzzlesOfModel> {
  if (folder === undefined) throw new UsageError('--data is missing: this run has no folder of puzzles');
  const puzzles = await readSplit(folder, split);
  expectPuzzlesOfModel(puzzles, model);
  if (countPuzzles(puzzles) === 0) throw new UsageError(`--data: the split "${split}" of ${folder} holds no puzzles`);
  if (!identifiers) return { puzzles, unseen: [] };
  const names = await identifierNames(folder, puzzles.metadata.numPuzzleIdentifiers);
  const fitted = fitIdentifiers(puzzles, names, identifiers);
  if (fitted.unseen.length === 0) return fitted;
  if (choice === 'error') {
    const learn = ['train', '--from', run, '--only', 'puzzle-embedding', '--data', folder, '--out', `${run}-more`];
    throw new UsageError(
      `--data: the run's model has no vector for ${describeUnseen(fitted.unseen)}. Give --unseen blank to use the blank ` +
        `vector for them, or learn vectors:\n  ${printedCommand(...learn)}`,
    );
  }
  const isUnseen = new Set(fitted.unseen.map(({ identifier }) => identifier));
  const apart = selectPuzzles(puzzles, (identifier) => isUnseen.has(identifier));
  return { ...fitted, unseenPuzzles: fitIdentifiers(apart, names, identifiers).puzzles };
}
