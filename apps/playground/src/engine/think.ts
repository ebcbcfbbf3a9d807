import { thinker, type Attempt, type SearchAttempt, type Thought as ThinkerThought, type TrySegment } from '@hrm/act';
import { haltingProbability } from '@hrm/act/internal';
import { cellsFromTokens } from '@hrm/data';
import { disposeAll } from '@hrm/layers';
import { observeRefinements, type RecursiveReasoner } from '@hrm/models';
import type { Puzzle } from '../puzzles/puzzle';
import { keepApplication, type KeptApplication } from './kept-application';
import { taskOf, tokensOf } from './puzzle-task';
import type { Choice, Thought, TriedAttempt, TriedSegment } from './thought';

/** How to think of a puzzle. */
export interface ThinkOptions {
  /** The most segments of each try, fewer or more than in training. */
  segments: number;
  /** Whether a try ends where the controller halts it. Default false. */
  halts?: boolean;
  /** Tries, side by side; of a search, its branches. Default 1. */
  tries?: number;
  /** Standard deviation of the noise that tries but the first start with. Default 1. */
  startNoise?: number;
  /** The same, of noise before every other segment. Default 0. */
  segmentNoise?: number;
  /** What decides between several tries. Default `verify`. */
  chooseBy?: 'verify' | 'halt' | 'agreement';
  /** Whether to search: fill in what is sure, guess, and turn back at conflicts. Only Sudoku. Default false. */
  searches?: boolean;
  seed?: number;
  signal?: AbortSignal;
  /** Called after each segment of all tries. */
  onSegment?: (segment: TriedSegment) => void;
  /** Called with the latents of each try: at the start, and after each application that moved them. */
  onLatent?: (attempt: number, latent: 'zL' | 'zH', coordinates: Float32Array) => void;
}

/** A segment of the whole batch, until it has been read. */
interface ComputedSegment {
  kept: KeptApplication[];
  tries: TrySegment[];
  milliseconds: number;
}

/**
 * Has a model think of a puzzle, in one try or in several, and reports what each application of f_L and f_H did.
 *
 * @returns the chosen try.
 * @throws the signal's reason.
 */
export async function think(model: RecursiveReasoner, puzzle: Puzzle, options: ThinkOptions): Promise<Choice> {
  const { segments, halts = false, tries = 1, startNoise = 1, segmentNoise = 0, searches = false, seed = 0 } = options;
  const { signal = new AbortController().signal, onSegment, onLatent } = options;
  let kept: KeptApplication[] = [];
  let isFirst = true;
  const observed = observeRefinements(model, (application, before, after) => {
    kept.push(keepApplication(model, puzzle, { application, before, after, isFirst }));
    isFirst = false;
  });

  let current: ComputedSegment | undefined;
  let reading = Promise.resolve();
  let begun = performance.now();
  // TRM's head has a second output that nothing trains.
  const learned = model.halting.name === 'halt-only' ? ['halt'] : undefined;
  const report = async (segment: ComputedSegment) => {
    try {
      const tried = await readSegment(segment, { isSearch: searches, learned, onLatent });
      if (!signal.aborted) onSegment?.(tried);
    } finally {
      disposeAll(segment.kept);
    }
  };
  const shared = {
    ...{ task: taskOf(puzzle), seed, signal, batchSize: tries, bucketSizes: [] },
    onSegment() {
      const segment: ComputedSegment = { kept, tries: [], milliseconds: performance.now() - begun };
      [kept, current, begun] = [[], segment, performance.now()];
      // Read when all tries have seen their results; one segment after another.
      reading = reading.then(() => report(segment));
      reading.catch(() => {});
    },
    onTry: (segment: TrySegment) => void current!.tries.push(segment),
  };
  const thinking = thinker(observed);
  try {
    const inputs = [tokensOf(puzzle)];
    const until = halts ? 'halted' : 'end';
    // One try alone goes on after it has found the answer.
    const chooseBy = tries === 1 ? 'agreement' : (options.chooseBy ?? 'verify');
    const thoughts = searches
      ? thinking.search(inputs, { ...shared, branches: tries, segments, startNoise })
      : thinking.tries(inputs, { ...shared, tries, segments, startNoise, segmentNoise, until, chooseBy });
    let choice: Choice | undefined;
    for await (const thought of thoughts) choice = choiceOf(thought);
    await reading;
    return choice!;
  } finally {
    await reading.catch(() => {});
    disposeAll(kept);
    thinking.dispose();
  }
}

/** Reads what each try did in a segment. A try is the row of its index. */
async function readSegment(
  { kept, tries, milliseconds }: ComputedSegment,
  {
    isSearch,
    learned,
    onLatent,
  }: { isSearch: boolean; learned: readonly string[] | undefined } & Pick<ThinkOptions, 'onLatent'>,
): Promise<TriedSegment> {
  const thoughts = new Map(tries.map(({ attempt }) => [attempt, [] as Thought[]]));
  for (const { application, latent, before, ...tensors } of kept) {
    const rows = tensors.residual.size;
    const rowsOf = async (tensor: { data(): Promise<unknown> }) => {
      const values = (await tensor.data()) as Float32Array;
      const size = values.length / rows;
      return (row: number) => values.subarray(row * size, (row + 1) * size);
    };
    if (onLatent && before) {
      for (const name of ['zL', 'zH'] as const) {
        const rowOf = await rowsOf(before[name]);
        for (const attempt of thoughts.keys()) onLatent(attempt, name, rowOf(attempt).slice());
      }
    }
    const confidence = await rowsOf(tensors.confidence);
    const movement = await rowsOf(tensors.movement);
    const residual = await rowsOf(tensors.residual);
    const state = onLatent && (await rowsOf(tensors.state));
    for (const { attempt, segment } of tries) {
      thoughts.get(attempt)!.push({
        ...{ segment, application, latent },
        ...{ confidence: confidence(attempt), movement: movement(attempt), residual: residual(attempt)[0]! },
      });
      if (state) onLatent!(attempt, latent, state(attempt).slice());
    }
  }
  return tries.map(({ attempt, segment, halted, haltLogits, inputs }) => [
    attempt,
    {
      figures: { segment, halting: probabilities(haltLogits, learned), halts: halted, milliseconds },
      thoughts: thoughts.get(attempt)!,
      filled: isSearch ? Uint8Array.from(cellsFromTokens(inputs)) : undefined,
    },
  ]);
}

const probabilities = (logits: Readonly<Record<string, number>>, names: readonly string[] = Object.keys(logits)) =>
  Object.fromEntries(names.map((name) => [name, haltingProbability(logits[name]!)]));

function choiceOf({ answer, chosenBy, attempts, modelCalls }: ThinkerThought<Attempt | SearchAttempt>): Choice {
  const tried = attempts.map((attempt): TriedAttempt => {
    const { segments, verified, stopped, haltValue } = attempt;
    const votes = attempts.filter((other) => other.answer.join() === attempt.answer.join()).length;
    const halt = haltValue === undefined ? undefined : haltingProbability(haltValue);
    const { guesses, turnedBack } = attempt as Partial<SearchAttempt>;
    const search = guesses === undefined ? {} : { guesses, turnedBack: turnedBack ?? 0 };
    return { segments, verified, stopped, halt, votes, ...search };
  });
  const isChosen = (attempt: Attempt, index: number) =>
    attempt.answer.join() === answer.join() && (chosenBy !== 'verify' || tried[index]!.verified === true);
  const fitting = [...attempts.keys()].filter((index) => isChosen(attempts[index]!, index));
  const surest = (a: number, b: number) => ((tried[b]!.halt ?? 0) > (tried[a]!.halt ?? 0) ? b : a);
  const attempt = chosenBy === 'halt' ? fitting.reduce(surest) : fitting[0]!;
  return { attempt, chosenBy, attempts: tried, modelCalls };
}
