import * as tf from '@tensorflow/tfjs-core';
import { asItIs, describeValue, disposeAll, expectOptions, type Compile, type CompiledFunction } from '@hrm/layers';
import {
  admitPuzzles,
  expectPuzzleIdentifiers,
  expectTokens,
  initialCarry,
  runSegment,
  type Carry,
  type NamedTensors,
  type PuzzleTensors,
  type ReasoningNetwork,
} from '@hrm/act';

/** What the model has after one segment. */
export interface Thought {
  /** Counted from 1. */
  segment: number;
  /** The likeliest token at each position, `[seqLen]`. */
  answer: Int32Array;
  /** The halting controller's logits, such as `halt` and `continue`. */
  haltLogits: { [name: string]: number };
  /** Whether the controller would stop here. */
  halted: boolean;
}

/** A puzzle's answer, and how the model came to it. */
export interface Solution {
  /** The likeliest token at each position after the last segment, `[seqLen]`. */
  answer: Int32Array;
  /** Segments that were run. */
  segments: number;
  thoughts: Thought[];
}

/** How one puzzle is solved. */
export interface PuzzleOptions {
  /**
   * `'halted'` stops when the controller does; `'end'` runs all segments, as the official evaluation does.
   * Default `'end'`.
   */
  until?: 'halted' | 'end';
  /** Which puzzle's embedding to use. Default 0, the blank one. */
  puzzleIdentifier?: number;
}

/** How a {@link Solver} runs. */
export interface SolverOptions {
  /** Such as `compile` of `@hrm/runtime`; not used for a network that cannot be recorded. Default: run as it is. */
  compile?: Compile;
}

type SolvingStep = CompiledFunction<
  [Carry, PuzzleTensors],
  { carry: Carry; answer: tf.Tensor2D; haltLogits: NamedTensors }
>;

/**
 * Solves puzzles one by one, with a step that is compiled once for all of them. Several may be under way at once.
 *
 * @example
 * ```ts
 * import { hrm, Solver } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = hrm({ vocabSize: 4, seqLen: 3, hiddenSize: 8, hLayers: 1, lLayers: 1 });
 * const solver = new Solver(model); // or: new Solver(model, { compile }) with compile of @hrm/runtime
 * for (const puzzle of [[1, 2, 3], [3, 2, 1]]) console.log((await solver.solve(puzzle)).answer);
 * for await (const { segment, answer } of solver.stream([1, 2, 3], { until: 'halted' })) console.log(segment, answer);
 * solver.dispose();
 * ```
 */
export class Solver {
  readonly #network: ReasoningNetwork;
  readonly #step: SolvingStep;
  #underWay = 0;
  #disposed = false;

  constructor(network: ReasoningNetwork, { compile = asItIs }: SolverOptions = {}) {
    this.#network = network;
    const step: SolvingStep = (carry, offered) =>
      tf.tidy(() => {
        const segment = runSegment(network, admitPuzzles(network, carry, offered), { haltEarly: true });
        const answer = tf.argMax(segment.logits, -1) as tf.Tensor2D;
        return { carry: segment.carry, answer, haltLogits: segment.haltLogits };
      });
    this.#step = network.recordable === false ? step : compile(step);
  }

  /**
   * What the model has after each segment of a puzzle. It may be left at any time.
   *
   * @param inputs the puzzle's tokens, `[seqLen]`.
   * @throws RangeError for a puzzle of another length, or tokens or a puzzle identifier that the network does not have.
   */
  async *stream(inputs: ArrayLike<number>, options: PuzzleOptions = {}): AsyncGenerator<Thought, void, undefined> {
    expectOptions('Solver', options, ['until', 'puzzleIdentifier']);
    const { until = 'end', puzzleIdentifier = 0 } = options;
    if (until !== 'end' && until !== 'halted') {
      throw new RangeError(`Solver: until is ${describeValue(until)}, expected 'end' or 'halted'`);
    }
    if (this.#disposed) throw new Error('Solver: it has been disposed of; make another one');
    const network = this.#network;
    const { seqLen, halting } = network;
    expectTokens('Solver', inputs, network);
    expectPuzzleIdentifiers('Solver', [puzzleIdentifier], network);
    const { offered, ...start } = tf.tidy(() => ({
      offered: {
        inputs: tf.tensor2d(Int32Array.from(inputs), [1, seqLen], 'int32'),
        labels: tf.zeros<tf.Rank.R2>([1, seqLen], 'int32'),
        puzzleIdentifiers: tf.tensor1d(Int32Array.of(puzzleIdentifier), 'int32'),
      },
      carry: initialCarry(network, 1),
    }));
    let { carry } = start;
    let said: { answer: tf.Tensor; haltLogits: NamedTensors } | undefined;
    this.#underWay++;
    try {
      for (let segment = 1; segment <= halting.maxSegments; segment++) {
        const { carry: next, ...outputs } = this.#step(carry, offered);
        disposeAll(carry);
        carry = next;
        said = outputs;
        const answer = Int32Array.from(await said.answer.data());
        const halted = (await carry.halted.data())[0] !== 0;
        const haltLogits: Thought['haltLogits'] = {};
        for (const [name, logit] of Object.entries(said.haltLogits)) haltLogits[name] = (await logit.data())[0]!;
        disposeAll(said);
        yield { segment, answer, haltLogits, halted };
        if (halted && until === 'halted') return;
        // Whoever halts would be replaced by a new puzzle at the next segment.
        carry.halted.dispose();
        carry.halted = tf.zeros([1], 'bool');
      }
    } finally {
      disposeAll([carry, offered, said]);
      this.#underWay--;
      this.#freeIfDone();
    }
  }

  /** Solves a puzzle. See {@link Solver.stream} for what it throws. */
  async solve(inputs: ArrayLike<number>, options: PuzzleOptions = {}): Promise<Solution> {
    const thoughts: Thought[] = [];
    for await (const thought of this.stream(inputs, options)) thoughts.push(thought);
    return { answer: thoughts.at(-1)!.answer, segments: thoughts.length, thoughts };
  }

  /** Frees what was compiled, once the puzzles under way are solved. The network keeps its parameters. */
  dispose(): void {
    this.#disposed = true;
    this.#freeIfDone();
  }

  #freeIfDone(): void {
    if (this.#disposed && this.#underWay === 0) this.#step.dispose?.();
  }
}
