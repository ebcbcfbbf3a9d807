import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { type ArcSubmission, arcSubmission, arcVoting, scoreArcVotes } from '../src/index';
import { evaluation, testdata } from './testdata';

const official = JSON.parse(gunzipSync(readFileSync(testdata('official-votes.json.gz'))).toString()) as {
  /** Identifier, input, prediction (a letter for each token), halting logit. */
  votes: [string, string, string, number][];
  passAt: Record<string, number>;
  submission: ArcSubmission;
};

it('counts made-up votes as the official evaluator does', () => {
  const voting = arcVoting();
  const tokens = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0) - 97);
  for (const [identifier, input, prediction, logit] of official.votes) {
    const confidence = 1 / (1 + Math.exp(-logit));
    voting.add({ identifier, input: tokens(input), prediction: tokens(prediction), confidence });
  }
  const { passAt, puzzles, testsWithoutVotes } = scoreArcVotes(voting, evaluation, { passAt: [1, 2, 5, 10, 100] });
  expect(passAt).toEqual(official.passAt);
  expect([puzzles, testsWithoutVotes]).toEqual([8, 0]);
  expect(arcSubmission(voting, evaluation)).toEqual(official.submission);
  // Otherwise little was tested: some tasks are solved by the first grid, some only by later ones.
  expect(new Set(Object.values(passAt)).size).toBeGreaterThan(2);
});
