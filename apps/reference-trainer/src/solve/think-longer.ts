import type { Task } from '@hrm/data';
import type { Compile } from '@hrm/layers';
import { thinker, type RecursiveReasoner, type SearchOptions, type Thought } from '@hrm/models';
import { count, toggle } from '../command-line/options';
import { UsageError } from '../command-line/usage-error';
import { checkAnswer, type CheckedAnswer } from './judge-answer';
import type { ShownPuzzle } from './show-puzzle';

/** Options of `hrm solve` that let it think longer than one pass. */
export const thinkingOptions = {
  tries: count(
    'The most tries at a puzzle, from different starts; it stops at the first answer that is right (default: one pass)',
  ).optional(),
  search: toggle('Guess unsure cells and turn back from conflicts, led by the model; --tries are its branches'),
};

/** How long puzzles are thought about. */
export interface LongerThought {
  tries?: number | undefined;
  search: boolean;
  segments?: number | undefined;
  until: 'verified' | 'halted' | 'end';
}

/** A model that thinks, and what is known of it. */
export interface ThinkingModel {
  model: RecursiveReasoner;
  task: Task;
  compile: Compile;
  /** How its logits become probabilities. */
  probabilities: SearchOptions['probabilities'];
  /** The most tries side by side. */
  batchSize: number;
}

/** Whether the options ask for more than one pass. */
export const thinksLonger = ({ tries, search }: Pick<LongerThought, 'tries' | 'search'>): boolean =>
  tries !== undefined || search;

/** @throws UsageError if puzzles of a task cannot be searched, or the options do not go together. */
export function expectThinkable({ name, openToken }: Task, { search, until }: LongerThought): void {
  if (!search) return;
  if (openToken === undefined) {
    throw new UsageError(
      `--search: ${name} cannot be given to the model with a part of the answer; use --tries instead`,
    );
  }
  if (until !== 'verified')
    throw new UsageError('--until: a search has steps of its own; leave --until or --search out');
}

/** The answer to a puzzle after several tries or a search. */
export interface ThoughtAnswer extends CheckedAnswer {
  tries: number;
  /** Segments of the chosen try. */
  segments: number;
  /** Segments of all tries. */
  modelCalls: number;
  chosenBy: Thought['chosenBy'];
}

/** Thinks about puzzles, side by side, and gives their answers in order. */
export async function* thinkLonger(
  { model, task, compile, probabilities, batchSize }: ThinkingModel,
  puzzles: readonly { shown: ShownPuzzle; puzzleIdentifier: number }[],
  { tries, search, segments, until }: LongerThought,
): AsyncGenerator<ThoughtAnswer, void, undefined> {
  const given = puzzles.map(({ shown, puzzleIdentifier }) => ({ inputs: shown.tokens, puzzleIdentifier }));
  const shared = { task, batchSize, ...(segments !== undefined && { segments }) };
  const thinking = thinker(model, { compile });
  try {
    const thoughts = search
      ? thinking.search(given, { ...shared, ...(tries !== undefined && { branches: tries }), ...(probabilities && { probabilities }) }) // prettier-ignore
      : thinking.tries(given, {
          ...shared,
          ...(tries !== undefined && { tries }),
          until: until === 'halted' ? until : 'end',
        });
    let index = 0;
    for await (const { answer: tokens, chosenBy, tries, segments, modelCalls } of thoughts) {
      yield { ...checkAnswer(puzzles[index++]!.shown, tokens), tries, segments, modelCalls, chosenBy };
    }
  } finally {
    thinking.dispose();
  }
}
