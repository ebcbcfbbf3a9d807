import type { EvaluationRecord } from '@hrm/ui/run-record';
import type { AnsweredPuzzle } from '../run/observers/failed-puzzles';
import { runPaths } from '../run/folder/run-folder';
import {
  isEvaluation,
  readMetricsLines,
  readObservationLines,
  type EvaluationLine,
  type ObservationLine,
} from './metrics-lines';
import { RunCurves } from './run-curves';

/** The most evaluations whose puzzles are kept. */
const EVALUATIONS = 40;

/** Puzzles that an evaluation answered. */
export interface AnsweredPuzzles {
  step: number;
  puzzles: readonly AnsweredPuzzle[];
}

/** What the logs of a run say, line by line. */
export class RunLog {
  readonly #paths: { metrics: string; observations: string };
  readonly #lines = { metrics: 0, observations: 0 };
  readonly #curves = new RunCurves();
  readonly evaluations: EvaluationRecord[] = [];
  /** Without their puzzles. */
  readonly observations: ObservationLine[] = [];
  /** What is wrong with lines of `observations.jsonl` that were left out. */
  readonly damage: string[] = [];
  /** The puzzles of the newest evaluations. */
  answered: AnsweredPuzzles[] = [];
  lastStep = 0;

  /** @param run its folder. */
  constructor(run: string) {
    this.#paths = runPaths(run);
  }

  get curves() {
    return this.#curves.curves;
  }

  /** Adds further lines of `metrics.jsonl`. @throws FileFormatError naming a line. */
  addMetrics(lines: readonly string[]): void {
    for (const line of readMetricsLines(lines, this.#paths.metrics, this.#lines.metrics + 1)) {
      if (isEvaluation(line)) this.evaluations.push(evaluationRecord(line));
      else this.#curves.addStep(line);
      this.lastStep = Math.max(this.lastStep, line.step);
    }
    this.#lines.metrics += lines.length;
  }

  /** Adds further lines of `observations.jsonl`. */
  addObservations(lines: readonly string[]): void {
    const read = readObservationLines(lines, this.#paths.observations, this.#lines.observations + 1);
    this.damage.push(...read.damage);
    for (const line of read.lines) {
      const { puzzles } = line;
      const observation: ObservationLine = { ...line, puzzles: undefined };
      this.#curves.addObservation(observation);
      this.observations.push(observation);
      // A run that is resumed at an earlier step makes the later ones again.
      if (line.begin) this.answered = this.answered.filter(({ step }) => step <= line.step);
      if (!puzzles) continue;
      const earlier = this.answered.filter(({ step }) => step < line.step);
      this.answered = [...earlier, { step: line.step, puzzles }].slice(-EVALUATIONS);
    }
    this.#lines.observations += lines.length;
  }
}

function evaluationRecord({ step, evaluation }: EvaluationLine): EvaluationRecord {
  const { count, exactAccuracy, accuracy, halted } = evaluation;
  return {
    step,
    count,
    exactAccuracy,
    accuracy,
    halted: halted && {
      exactAccuracy: halted.exactAccuracy,
      meanSegments: halted.meanSegments,
      haltingSteps: halted.haltingSteps,
    },
  };
}
