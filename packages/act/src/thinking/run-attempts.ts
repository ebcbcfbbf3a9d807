import { RandomStream } from '@hrm/layers';
import type { PuzzleWithIdentifier } from '../inference/puzzle';
import type { SolvingStep } from '../inference/solve-batch';
import type { ReasoningNetwork } from '../segment/reasoning-network';
import { chooseAnswer } from './choose-answer';
import type { Line } from './line';
import { runLines, type RunLinesOptions } from './run-lines';
import type { Attempt, ChosenBy, Thought, TrySegment } from './thought';

type CheckedPuzzle = Required<PuzzleWithIdentifier>;

/** A line of thought that is one try at a puzzle. */
export interface AttemptLine<A extends Attempt> extends Omit<Line, 'isOver' | 'puzzle'> {
  readonly puzzle: CheckedPuzzle;
  /** What it has found so far. */
  readonly attempt: A;
}

/** Options of {@link runAttempts}. */
export interface RunAttemptsOptions<A extends Attempt> extends Omit<RunLinesOptions, 'take'> {
  /** The most tries at each puzzle. */
  tries: number;
  seed: number;
  chooseBy: Exclude<ChosenBy, 'only'>;
  /** Begins a try. Equal streams of random numbers give equal tries. */
  begin(puzzle: CheckedPuzzle, index: number, random: RandomStream): AttemptLine<A>;
  isRight: ((puzzle: number, answer: Int32Array) => boolean) | undefined;
  onTry: ((segment: TrySegment) => void) | undefined;
}

/** A puzzle that is being tried. */
interface OpenPuzzle<A extends Attempt> {
  index: number;
  puzzle: CheckedPuzzle;
  random: RandomStream;
  attempts: A[];
  ended: number;
  isVerified: boolean;
}

function thoughtOf<A extends Attempt>(
  { index, attempts }: OpenPuzzle<A>,
  { chooseBy, isRight }: Pick<RunAttemptsOptions<A>, 'chooseBy' | 'isRight'>,
): Thought<A> {
  const { answer, chosenBy, attempt } = chooseAnswer(attempts, chooseBy);
  const segments = attempts.map((each) => each.segments);
  return {
    answer,
    chosenBy,
    verified: attempt?.verified,
    tries: attempts.length,
    segments: attempt?.segments ?? Math.max(...segments),
    modelCalls: segments.reduce((sum, count) => sum + count, 0),
    oracle: isRight && [answer, ...attempts.map((each) => each.answer)].some((each) => isRight(index, each)),
    attempts,
  };
}

/**
 * Tries puzzles several times each, side by side in one batch. At most as many puzzles as there are slots are open at a
 * time; the open one with the fewest tries gets the next free slot. A puzzle is done when a try is verified, or all
 * have ended.
 *
 * @returns the thoughts, in the order of the puzzles.
 */
export async function* runAttempts<A extends Attempt>(
  network: ReasoningNetwork,
  step: SolvingStep,
  puzzles: readonly CheckedPuzzle[],
  { tries, seed, begin, onTry, ...options }: RunAttemptsOptions<A>,
): AsyncGenerator<Thought<A>, void, undefined> {
  const root = new RandomStream(seed);
  let open: OpenPuzzle<A>[] = [];
  let opened = 0;
  const openNext = (): OpenPuzzle<A> | undefined => {
    if (opened === puzzles.length || open.length === options.slots) return undefined;
    const puzzle = puzzles[opened]!;
    const next = { index: opened++, puzzle, random: root.fork(), attempts: [], ended: 0, isVerified: false };
    open.push(next);
    return next;
  };
  const fewestTries = (): OpenPuzzle<A> | undefined => {
    const unfinished = open.filter(({ attempts, isVerified }) => attempts.length < tries && !isVerified);
    return unfinished.sort((a, b) => a.attempts.length - b.attempts.length || a.index - b.index)[0];
  };
  const take = (): Line | undefined => {
    const next = openNext() ?? fewestTries();
    if (!next) return undefined;
    const line = begin(next.puzzle, next.attempts.length, next.random.fork());
    const { attempt } = line;
    const index = next.attempts.push(attempt) - 1;
    let inputs: Int32Array = Int32Array.from(line.puzzle.inputs);
    return {
      puzzle: line.puzzle,
      startsFrom: line.startsFrom,
      readsLogits: line.readsLogits,
      noise: (isStart) => line.noise(isStart),
      next: (result) => {
        const lineStep = line.next(result);
        const { segments: segment, answer } = attempt;
        const { halted, haltLogits } = result;
        onTry?.({ puzzle: next.index, attempt: index, segment, inputs, answer, halted, haltLogits });
        if (typeof lineStep === 'object') inputs = lineStep.inputs;
        if (attempt.verified) next.isVerified = true;
        if (lineStep === 'end') next.ended++;
        return lineStep;
      },
      isOver: () => {
        if (next.isVerified) attempt.stopped = true;
        return next.isVerified;
      },
    };
  };

  const done = new Map<number, Thought<A>>();
  let given = 0;
  for await (const _ of runLines(network, step, { ...options, take })) {
    const isDone = ({ isVerified, ended }: OpenPuzzle<A>) => isVerified || ended === tries;
    for (const puzzle of open.filter(isDone)) done.set(puzzle.index, thoughtOf(puzzle, options));
    open = open.filter((puzzle) => !isDone(puzzle));
    for (let next = done.get(given); next; next = done.get(++given)) {
      done.delete(given);
      yield next;
    }
  }
}
