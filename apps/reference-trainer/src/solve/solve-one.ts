import type { SegmentResult, Solver } from '@hrm/models';
import { counted } from '../terminal/counted';
import type { Terminal } from '../terminal/terminal';
import { countChanges, judgeAnswer, type CheckedAnswer } from './judge-answer';
import { stopOf, type PassOptions } from './pass-over-each';
import type { ShownPuzzle } from './show-puzzle';
import type { ThoughtAnswer } from './think-longer';

const outcomeOf = ({ valid, reason }: Pick<CheckedAnswer, 'valid' | 'reason'>): string => {
  if (valid === null) return 'Not verified: puzzles of this kind cannot be checked';
  return valid ? 'Solved' : `Not solved: ${reason ?? 'the answer is not valid'}`;
};

/** Solves one puzzle and shows each segment. */
export async function solveOne(
  solver: Solver,
  shown: ShownPuzzle,
  { identifier, until, ...length }: PassOptions,
  terminal: Terminal,
): Promise<void> {
  const options = { ...length, until: until === 'verified' ? stopOf([shown]) : until };
  terminal.show(`\n${shown.draw()}\n`);
  if (shown.note !== undefined) terminal.say(`Note: ${shown.note}.\n`);
  const history: SegmentResult[] = [];
  const started = performance.now();
  for await (const result of solver.stream({ inputs: shown.tokens, puzzleIdentifier: identifier }, options)) {
    const changed = countChanges(shown, result.answer, history.at(-1)?.answer);
    terminal.say(
      `segment ${result.segment}: ${result.segment === 1 ? 'first answer' : `${counted(changed, 'cell')} changed`}`,
    );
    history.push(result);
  }
  const solved = judgeAnswer(shown, history);
  const { tokens, answer, valid, segments, settledAfter, haltedAfter } = solved;
  terminal.show(`\n${shown.draw(tokens)}\n`);
  terminal.say(
    `${outcomeOf(solved)}. One pass of ${counted(segments, 'segment')}; the answer was reached after ${settledAfter}` +
      `${haltedAfter === undefined ? '' : `, and the model would have stopped after ${haltedAfter}`}.`,
  );
  const seconds = (performance.now() - started) / 1000;
  const counts = { count: 1, solved: Number(valid === true), tries: 1, segments, modelCalls: segments, seconds };
  terminal.result({ answer, valid, settledAfter, haltedAfter, ...counts });
}

/** Thinks about one puzzle for longer than one pass, and shows the answer. */
export async function thinkAboutOne(
  answers: AsyncGenerator<ThoughtAnswer, void>,
  shown: ShownPuzzle,
  terminal: Terminal,
): Promise<void> {
  terminal.show(`\n${shown.draw()}\n`);
  if (shown.note !== undefined) terminal.say(`Note: ${shown.note}.\n`);
  const started = performance.now();
  const solved = (await answers.next()).value as ThoughtAnswer;
  await answers.return();
  const { tokens, answer, valid, tries, segments, modelCalls, chosenBy } = solved;
  terminal.show(`\n${shown.draw(tokens)}\n`);
  terminal.say(`${outcomeOf(solved)}. Tries: ${tries}; segments: ${segments} in the chosen one, ${modelCalls} in all.`);
  const seconds = (performance.now() - started) / 1000;
  const counts = { count: 1, solved: Number(valid === true), tries, segments, modelCalls, seconds };
  terminal.result({ answer, valid, chosenBy, ...counts });
}
