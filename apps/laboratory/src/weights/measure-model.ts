import type { Task } from '@hrm/data';
import { type RecursiveReasoner, Solver, type SolverOptions } from '@hrm/models';
import type { HeldOutSlice } from './held-out-slices';

/** What one pass over a slice gave. */
export interface SliceFigure {
  puzzles: string;
  count: number;
  segments: number;
  /** Puzzles whose answer keeps all rules and givens. */
  solved: number;
  /** Puzzles whose answer is the one of the data, if others may be right too. */
  exact?: number;
  /** The same as `solved` if each puzzle stops where the model halts, and the mean number of segments then. */
  halted: { solved: number; segments: number };
}

/** The figures of a model, and all its answers, to compare them with those of other weights. */
export interface Measurement {
  figures: SliceFigure[];
  answers: Int32Array[];
}

/** Options of {@link measureModel}. */
export interface MeasureOptions {
  task: Task;
  slices: readonly HeldOutSlice[];
  /** The lengths of the pass, in segments. One pass of the greatest measures all. */
  segments: readonly number[];
  compile?: SolverOptions['compile'];
}

/** Puzzles in a batch: fewer of large ones. */
const batchSizeOf = ({ seqLen }: Task) => Math.min(50, Math.ceil(20_000 / seqLen));

/** Counts the puzzles of each slice that a model solves in one pass. @throws RangeError if the task verifies nothing. */
export async function measureModel(model: RecursiveReasoner, options: MeasureOptions): Promise<Measurement> {
  const { task, slices, segments, compile } = options;
  if (!task.verify) throw new RangeError(`Answers to puzzles of ${task.name} cannot be verified.`);
  const solver = new Solver(model, compile ? { compile } : {});
  const measured: Measurement = { figures: [], answers: [] };
  for (const { name, questions, answers } of slices) {
    const figures = segments.map((count) => ({ solved: 0, exact: 0, halted: { solved: 0, segments: 0 }, count }));
    let puzzle = 0;
    for await (const { history } of solver.solveAll(questions, { segments: Math.max(...segments), batchSize: batchSizeOf(task), bucketSizes: [] })) {
      const expected = answers?.[puzzle];
      const question = questions[puzzle++]!;
      const halts = history.findIndex(({ halted }) => halted) + 1 || history.length;
      const isRight = history.map(({ answer }) => task.verify!(question, answer).valid);
      for (const figure of figures) {
        const last = history[figure.count - 1]!.answer;
        if (isRight[figure.count - 1]) figure.solved++;
        if (expected && last.every((token, i) => token === expected[i])) figure.exact++;
        const stop = Math.min(halts, figure.count);
        figure.halted.segments += stop;
        if (isRight[stop - 1]) figure.halted.solved++;
        measured.answers.push(last);
      }
    } // prettier-ignore
    for (const { solved, exact, halted, count } of figures) {
      const mean = Math.round((100 * halted.segments) / questions.length) / 100;
      measured.figures.push({
        puzzles: name,
        count: questions.length,
        segments: count,
        solved,
        ...(answers && { exact }),
        halted: { solved: halted.solved, segments: mean },
      });
    }
  }
  solver.dispose();
  return measured;
}
