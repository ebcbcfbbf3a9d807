import { describe, expect, it } from 'vitest';
import {
  type ArcGrid,
  arcGridFromRows,
  arcGridToRows,
  arcSubmission,
  arcVoting,
  augmentArcGrid,
  encodeArcGrid,
  parseArcIdentifier,
  type ArcPuzzle,
  scoreArcVotes,
} from '../src/index';

const grid = (text: string) => arcGridFromRows(text.split('/').map((row) => Array.from(row, Number)));
const rows = (list: readonly { grid: ArcGrid }[]) => list.map((candidate) => arcGridToRows(candidate.grid).join('/'));
const [first, second] = [grid('12/34'), grid('5')];
const [right, wrong, third] = [grid('123'), grid('321'), grid('9')];
const puzzle: ArcPuzzle = {
  id: 'a_b',
  train: [{ input: first, output: right }],
  test: [
    { input: first, output: right },
    { input: second, output: wrong },
  ],
};

function vote(voting: ReturnType<typeof arcVoting>, name: string, input: ArcGrid, answer: ArcGrid, confidence = 0) {
  const { augmentation } = parseArcIdentifier(name);
  const [tokens, prediction] = [input, answer].map((one) => encodeArcGrid(augmentArcGrid(one, augmentation)));
  voting.add({ identifier: name, input: tokens!, prediction: prediction!, confidence });
}

describe('a vote', () => {
  it('counts grids of all copies, and looks at the mean confidence only where counts are equal', () => {
    const voting = arcVoting();
    vote(voting, 'a_b', first, wrong, 0.9);
    vote(voting, 'a_b|||t1|||0987654321', first, right, 0.1);
    vote(voting, 'a_b_t6_0213456789', first, right, 0.3);
    vote(voting, 'a_b|||t7|||0321456789', first, third, 0.95);
    expect(rows(voting.candidates('a_b', first))).toEqual(['1,2,3', '9', '3,2,1']);
    expect(voting.candidates('a_b', first)[0]).toMatchObject({ votes: 2, confidence: 0.2 });
    expect(voting.candidates('a_b', second)).toEqual([]);
    expect(voting.candidates('a', first)).toEqual([]);
  });

  it('scores each puzzle with the share of its tests, and leaves out tests whose output is unknown', () => {
    const voting = arcVoting();
    vote(voting, 'a_b', first, wrong, 1);
    vote(voting, 'a_b', first, right);
    expect(scoreArcVotes(voting, [puzzle], { passAt: [1, 2] })).toEqual({
      passAt: { 1: 0, 2: 0.5 },
      puzzles: 1,
      testsWithoutVotes: 1,
    });
    const unknown = { ...puzzle, test: puzzle.test.map(({ input }) => ({ input })) };
    expect(scoreArcVotes(voting, [unknown])).toEqual({ passAt: {}, puzzles: 0, testsWithoutVotes: 1 });
    const half = { ...puzzle, test: [puzzle.test[0]!, unknown.test[1]!] };
    expect(scoreArcVotes(voting, [half, unknown], { passAt: [2] })).toMatchObject({ passAt: { 2: 1 }, puzzles: 1 });
  });

  it('makes a submission with an answer in the place of every test', () => {
    const voting = arcVoting();
    vote(voting, 'a_b', second, wrong);
    expect(arcSubmission(voting, [puzzle])).toEqual({
      a_b: [
        { attempt_1: [[0, 0], [0, 0]], attempt_2: [[0, 0], [0, 0]] },
        { attempt_1: [[3, 2, 1]], attempt_2: [[3, 2, 1]] },
      ],
    }); // prettier-ignore
  });

  it('refuses tokens that do not make a square', () => {
    const vote = { identifier: 'a', input: new Uint8Array(900), prediction: new Uint8Array(81), confidence: 0 };
    expect(() => arcVoting().add(vote)).toThrow('cropArcGrid: got 81 tokens, expected 900');
  });
});
