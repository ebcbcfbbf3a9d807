import { SeededRandom } from '../seeded-random';
import { generateExamples } from '../tasks/generate-examples';
import type { GenerateExamplesOptions, Task, TaskExample } from '../tasks/task';

/** Options of `describeTask`. */
export interface TaskTestOptions {
  /** Examples to test with. Default: 20 that the task generates. */
  examples?: readonly TaskExample[];
  /** Options of the task's own generator, such as `givens` of a Sudoku. Default: none. */
  generate?: Partial<GenerateExamplesOptions>;
}

/** A task to test, with examples. */
export class TaskSubject {
  readonly examples: readonly TaskExample[];

  constructor(
    readonly task: Task,
    readonly options: TaskTestOptions = {},
  ) {
    this.examples = options.examples ?? this.generate(20, 0);
    if (this.examples.length === 0) throw new RangeError('describeTask: expected examples, as the option "examples"');
  }

  get canGenerate(): boolean {
    return this.task.generate !== undefined || this.task.generateExamples !== undefined;
  }

  generate(count: number, seed: number, exclude?: readonly TaskExample[]): TaskExample[] {
    return generateExamples(this.task, { ...this.options.generate, count, seed, ...(exclude && { exclude }) });
  }

  /** Tokens of `seqLen`, as data sets hold them. */
  padded(tokens: ArrayLike<number>): Int32Array {
    const padded = new Int32Array(this.task.seqLen);
    padded.set(tokens);
    return padded;
  }

  /** Predictions that a model could make: any tokens, padding and the question itself. */
  predictions({ input }: TaskExample): Int32Array[] {
    const { seqLen, vocabSize } = this.task;
    const random = new SeededRandom(5);
    const anyTokens = () => Int32Array.from({ length: seqLen }, () => random.integer(vocabSize));
    return [anyTokens(), anyTokens(), anyTokens(), new Int32Array(seqLen), this.padded(input)];
  }
}
