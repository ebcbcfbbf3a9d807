import { chooseAnswer } from '@hrm/act/internal';
import type { Puzzle, Thinker, Thought, TriesOptions } from '@hrm/models';
import { doublings } from './one-pass';
import { mean, type IsRight, type ThinkingRow } from './thinking-row';

/** What is measured of tries. */
export interface TriesMeasured {
  tries: number;
  segments: number;
  isRight: IsRight;
  options: TriesOptions;
}

async function thoughtsOf(thinking: Thinker, puzzles: readonly Puzzle[], { tries, segments, options }: TriesMeasured) {
  const thoughts: Thought[] = [];
  for await (const thought of thinking.tries(puzzles, { ...options, tries, segments })) thoughts.push(thought);
  return thoughts;
}

/** Rows for 1, 2, 4 and so on up to all tries: what the first of them would have given. */
function rowsOf(
  strategy: string,
  thoughts: readonly Thought[],
  { tries, segments }: TriesMeasured,
  judge: (attempts: Thought['attempts'], puzzle: number) => { solved: boolean; oracle?: boolean },
): ThinkingRow[] {
  return doublings(tries).map((count) => {
    const first = thoughts.map(({ attempts }) => attempts.slice(0, count));
    const judged = first.map(judge);
    const oracles = judged.flatMap(({ oracle }) => (oracle === undefined ? [] : [Number(oracle)]));
    return {
      strategy,
      isControl: false,
      tries: count,
      segments,
      puzzles: thoughts.length,
      solved: mean(judged.map(({ solved }) => Number(solved))),
      ...(oracles.length > 0 && { oracle: mean(oracles) }),
      modelCalls: mean(first.map((attempts) => attempts.reduce((sum, attempt) => sum + attempt.segments, 0))),
    };
  });
}

/** Measures tries that stop at the first verified answer. */
export async function measureVerifiedTries(
  strategy: string,
  thinking: Thinker,
  puzzles: readonly Puzzle[],
  measured: TriesMeasured,
): Promise<ThinkingRow[]> {
  const thoughts = await thoughtsOf(thinking, puzzles, measured);
  return rowsOf(strategy, thoughts, measured, (attempts) => ({ solved: attempts.some(({ verified }) => verified) }));
}

/** Measures choices among tries that all run to their end, by votes and by the halt value if there is one. */
export async function measureChoices(
  strategy: string,
  thinking: Thinker,
  puzzles: readonly Puzzle[],
  measured: TriesMeasured,
): Promise<ThinkingRow[]> {
  const thoughts = await thoughtsOf(thinking, puzzles, {
    ...measured,
    options: { ...measured.options, chooseBy: 'agreement' },
  });
  const hasHaltValue = thoughts.every(({ attempts }) => attempts.every(({ haltValue }) => haltValue !== undefined));
  const choices = { agreement: 'most votes', cells: 'votes for each cell', halt: 'highest halt value' } as const;
  return (['agreement', 'cells', 'halt'] as const)
    .filter((by) => by !== 'halt' || hasHaltValue)
    .flatMap((by) =>
      rowsOf(`${strategy}, ${choices[by]}`, thoughts, measured, (attempts, puzzle) => {
        const solved = measured.isRight(puzzle, chooseAnswer(attempts, by).answer);
        const oracle = solved || attempts.some(({ answer }) => measured.isRight(puzzle, answer));
        return { solved, oracle };
      }),
    );
}
