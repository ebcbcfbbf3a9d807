import { SeededRandom, type Task, type TaskSymmetry } from '@hrm/data';
import type { RandomStream } from '@hrm/layers';
import { expectChoice, expectNotNegative, expectOptions, expectPart, expectSizes } from '@hrm/layers/internal';
import type { PuzzleWithIdentifier } from '../inference/puzzle';
import { halvedSizes } from '../inference/shrink-batch';
import type { ReasoningNetwork } from '../segment/reasoning-network';
import { drawLatentNoise, latentSize } from './latent-noise';
import type { AttemptLine } from './run-attempts';
import type { RunLinesOptions } from './run-lines';
import type { Attempt, ChosenBy, TrySegment } from './thought';

/** Options that tries and searches share. */
export interface ThinkingOptions {
  /** What is known of the puzzles: `verify` stops at the first right answer. Default: nothing. */
  task?: Pick<Task, 'verify' | 'symmetry' | 'openToken' | 'conflicts'> | undefined;
  /** Equal seeds give equal tries, whatever the batch size. Default 0. */
  seed?: number;
  /** Judges an answer for the `oracle` of a thought alone. `puzzle`: its index. Default: there is no oracle. */
  isRight?: ((puzzle: number, answer: Int32Array) => boolean) | undefined;
  /** The most tries side by side, of one puzzle or of several. Default 64. */
  batchSize?: number;
  /** Sizes that the batch may shrink to at the end. Default: half the batch, a quarter, and so on down to 1. */
  bucketSizes?: readonly number[] | undefined;
  /** Stops before the next segment, and throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after each segment of the batch. `active`: tries just computed; `rows`: rows of the batch. */
  onSegment?: RunLinesOptions['onSegment'];
  /** Called after each segment of each try, with its answer so far; after `onSegment`, in the order of the slots. */
  onTry?: ((segment: TrySegment) => void) | undefined;
}

/** Options of `Thinker.tries`. */
export interface TriesOptions extends ThinkingOptions {
  /** The most tries at each puzzle. The first is the plain one, as of a `Solver`. Default 8. */
  tries?: number;
  /** The most segments of each try, fewer or more than in training. Default: the controller's `maxSegments`. */
  segments?: number;
  /**
   * `'halted'`: a try ends when the controller halts it. `'end'`: it runs all segments. Default `'end'`, so that there
   * may be more of them than in training.
   */
  until?: 'end' | 'halted';
  /**
   * Where tries but the first start: at the initial latents with noise (`'noisy'`), at noise alone (`'random'`), or all
   * at the initial latents (`'plain'`). Default `'noisy'`.
   */
  starts?: 'noisy' | 'random' | 'plain';
  /** The standard deviation of that noise. Default 1. */
  startNoise?: number;
  /** The standard deviation of noise that tries but the first get before every other segment. Default 0: none. */
  segmentNoise?: number;
  /** Whether tries but the first get the puzzle in another form, by `task.symmetry`. Default false. */
  symmetries?: boolean;
  /**
   * What decides between the tries. `'verify'`: the first answer that `task.verify` accepts after any segment, which
   * also ends the puzzle; if there is none, as `'agreement'`. `'halt'`: the last halt logit. `'agreement'`: the answer
   * of most tries. `'cells'`: for each cell the token of most tries. Default `'verify'` if the task can, else
   * `'agreement'`.
   */
  chooseBy?: Exclude<ChosenBy, 'only'>;
}

/** Names of {@link ThinkingOptions}. */
export const THINKING_OPTIONS = ['task', 'seed', 'isRight', 'batchSize', 'bucketSizes', 'signal', 'onSegment', 'onTry'] as const satisfies readonly (keyof ThinkingOptions)[]; // prettier-ignore

const OPTIONS = [
  ...THINKING_OPTIONS,
  ...['tries', 'segments', 'until', 'starts', 'startNoise', 'segmentNoise', 'symmetries', 'chooseBy'],
];

/** Checks the options that all share, and fills in their defaults. */
export function expectThinkingOptions(owner: string, options: ThinkingOptions) {
  const { seed = 0, batchSize = 64, signal, onSegment, onTry, isRight } = options;
  expectSizes(owner, { batchSize });
  const { bucketSizes = halvedSizes(batchSize) } = options;
  for (const size of bucketSizes) expectSizes(owner, { 'a bucket size': size });
  return { seed, slots: batchSize, bucketSizes, signal, onSegment, onTry, isRight };
}

/** Checks options of tries, and fills in their defaults. */
export function expectTriesOptions(network: ReasoningNetwork, options: TriesOptions) {
  const owner = 'thinker: tries';
  expectOptions(owner, options, OPTIONS);
  const { task, tries = 8, segments = network.halting.maxSegments, until = 'end', starts = 'noisy' } = options;
  const { startNoise = 1, segmentNoise = 0, symmetries = false } = options;
  const { chooseBy = task?.verify ? 'verify' : 'agreement' } = options;
  expectSizes(owner, { tries, segments });
  expectChoice(owner, { until }, ['end', 'halted']);
  expectChoice(owner, { starts }, ['noisy', 'random', 'plain']);
  expectChoice(owner, { chooseBy }, ['verify', 'halt', 'agreement', 'cells']);
  expectNotNegative(owner, { startNoise, segmentNoise });
  if (chooseBy === 'verify') expectPart(`${owner}: task, for chooseBy 'verify'`, task, ['verify']);
  if (symmetries) expectPart(`${owner}: task, for symmetries`, task, ['symmetry']);
  return { task, tries, segments, until, starts, startNoise, segmentNoise, symmetries, chooseBy };
}

/** Begins a try. The first one, of index 0, is the plain one. */
export function beginTry(
  network: ReasoningNetwork,
  { task, segments, until, starts, chooseBy, ...options }: ReturnType<typeof expectTriesOptions>,
  puzzle: Required<PuzzleWithIdentifier>,
  index: number,
  random: RandomStream,
): AttemptLine<Attempt> {
  const isPlain = index === 0;
  const size = latentSize(network);
  const symmetry: TaskSymmetry | undefined =
    options.symmetries && !isPlain ? task!.symmetry!(new SeededRandom(random.bits())) : undefined;
  const padded = (tokens: ArrayLike<number>) => {
    const all = new Int32Array(network.seqLen);
    all.set(tokens);
    return all;
  };
  const startNoise = isPlain || starts === 'plain' ? 0 : options.startNoise;
  const segmentNoise = isPlain ? 0 : options.segmentNoise;
  const verifies = chooseBy === 'verify';
  const attempt: Attempt = {
    answer: new Int32Array(network.seqLen),
    segments: 0,
    haltValue: undefined,
    verified: verifies ? false : undefined,
    stopped: false,
  };
  let turned: Int32Array | undefined;
  return {
    attempt,
    puzzle: symmetry ? { ...puzzle, inputs: padded(symmetry.apply(puzzle.inputs)) } : puzzle,
    startsFrom: starts === 'random' && !isPlain ? 'zeros' : 'initial',
    readsLogits: false,
    noise(isStart) {
      const std = isStart ? startNoise : segmentNoise;
      return std > 0 ? drawLatentNoise(random, size, std) : undefined;
    },
    next({ answer, halted, haltLogits }) {
      attempt.segments++;
      attempt.haltValue = haltLogits['halt'];
      if (chooseBy === 'halt' && attempt.haltValue === undefined) {
        throw new RangeError(
          `thinker: tries: chooseBy 'halt' needs a halt logit, but the controller ${network.halting.name} has none; ` +
            "choose by 'agreement' or 'cells'",
        );
      }
      const isChanged = answer.some((token, cell) => token !== turned?.[cell]);
      if (isChanged) {
        turned = answer;
        attempt.answer = symmetry ? padded(symmetry.undo(answer)) : answer;
        if (verifies) attempt.verified = task!.verify!(puzzle.inputs, attempt.answer).valid;
      }
      const isLast = attempt.segments === segments || (until === 'halted' && halted);
      return isLast || attempt.verified ? 'end' : 'go on';
    },
  };
}
