import * as tf from '@tensorflow/tfjs-core';
import { haltingProbability } from '@hrm/act/internal';
import { arcSubmission, type ArcScore, type ArcPuzzle, arcVoting, scoreArcVotes } from '@hrm/data-arc';
import { readArcTestPuzzles, writeArcSubmission } from '@hrm/data-arc/files';
import { readIdentifiers } from '@hrm/data/files';
import type { EvaluateOptions } from '@hrm/trainer';
import { UsageError } from '../command-line/usage-error';
import { expectNoFile } from '../files/expect-no-file';
import { percent } from '../terminal/percent';
import type { Terminal } from '../terminal/terminal';

/** A vote of a model over the copies of ARC's tasks, while it is evaluated. */
export interface ArcVotes {
  /** Counts the answers after the last segment, as the official evaluation does. */
  readonly onSegment: NonNullable<EvaluateOptions['onSegment']>;
  /** Prints the score, and writes the submission, if there is to be one. */
  finish(terminal: Terminal): Promise<Pick<ArcScore, 'passAt'>>;
}

/**
 * Prepares a vote, if the data set is one of ARC.
 *
 * @param options `data`: the folder of the data set; `split`, `until`: those of `hrm eval`; `lastSegment`: the index of
 *   the model's last segment; `submission`: the file to write.
 * @returns undefined for other data sets, and if no test is run to the end.
 * @throws UsageError if there can be no submission, or its file exists.
 */
export async function prepareArcVotes(options: {
  data: string;
  split: 'train' | 'test';
  until: 'both' | 'end' | 'halted';
  lastSegment: number;
  /** The names of the identifiers that the puzzles have. Default: those of the data set. */
  names?: readonly string[] | undefined;
  submission?: string | undefined;
}): Promise<ArcVotes | undefined> {
  const { data, split, until, lastSegment, submission } = options;
  if (submission !== undefined && split === 'train') {
    throw new UsageError('--submission: is for --split test, because the answers to the training puzzles are known');
  }
  if (submission !== undefined && until === 'halted') {
    throw new UsageError('--submission: is for --until end or both, because the votes are of the last segment');
  }
  if (split === 'train' || until === 'halted') return undefined;
  const puzzles = await readArcTestPuzzles(data);
  if (!puzzles) {
    if (submission === undefined) return undefined;
    throw new UsageError(
      `--submission: ${data} has no test_puzzles.json; expected a folder that \`hrm data import --task arc\` has written`,
    );
  }
  if (submission !== undefined) await expectNoFile(submission, '--submission');
  const identifiers = options.names ?? (await readIdentifiers(data));
  const voting = arcVoting();
  return {
    onSegment: async ({ carry, logits, haltLogits }, index) => {
      if (index !== lastSegment) return;
      const { inputs, puzzleIdentifiers } = carry.puzzle;
      const answers = tf.tidy(() => tf.argMax(logits, -1));
      const halt = haltLogits['halt'];
      const [questions, names, predictions, logit] = await Promise.all(
        [inputs, puzzleIdentifiers, answers, halt].map((tensor) => tensor?.data()),
      );
      answers.dispose();
      const seqLen = inputs.shape[1];
      names!.forEach((identifier: number, row: number) => {
        // 0 is the blank identifier, of rows that only fill up the batch.
        if (identifier === 0) return;
        const tokens = (all: ArrayLike<number>) =>
          Int32Array.from({ length: seqLen }, (_, k) => all[row * seqLen + k]!);
        voting.add({
          identifier: identifiers[identifier] ?? String(identifier),
          input: tokens(questions!),
          prediction: tokens(predictions!),
          confidence: logit ? haltingProbability(logit[row]!) : 0,
        });
      });
    },
    finish: async (terminal) => {
      const score = scoreArcVotes(voting, puzzles);
      sayScore(score, puzzles, terminal);
      if (submission !== undefined) {
        await writeArcSubmission(submission, arcSubmission(voting, puzzles));
        terminal.say(`Two answers to each test are in ${submission}.`);
      }
      return { passAt: score.passAt };
    },
  };
}

function sayScore({ passAt, puzzles: scored, testsWithoutVotes }: ArcScore, puzzles: ArcPuzzle[], terminal: Terminal) {
  const shares = Object.entries(passAt).map(([attempts, share]) => `pass@${attempts} ${percent(share, 2)}`);
  if (scored > 0) terminal.say(`Votes over all copies of ${scored} tasks: ${shares.join(', ')}.`);
  else terminal.say(`No solution of the ${puzzles.length} tasks is known, so their votes have no score.`);
  if (testsWithoutVotes > 0) terminal.say(`${testsWithoutVotes} tests have no votes.`);
}
