/** What a page shows: one run, or several to compare. */
export interface Report {
  /** When it was made, in ISO 8601. */
  made: string;
  runs: readonly RunRecord[];
}

/** What is known of a run, read from its folder. What a run did not record is left out, and named in `missing`. */
export interface RunRecord {
  /** Its folder, as it was given. */
  run: string;
  /** The name of its config. */
  name: string;
  /** Its puzzles, in words. */
  task: string | undefined;
  /** Whether a process is training it. */
  isTraining: boolean;
  parameters: number | undefined;
  /** The last step that it trained. */
  lastStep: number;
  /** The steps of the whole run, if its config names them. */
  plannedSteps: number | undefined;
  /** Puzzles of all steps: steps times the batch. */
  samples: number;
  /** Seconds of training and evaluations, without pauses between them. */
  seconds: number | undefined;
  curves: Curves;
  evaluations: readonly EvaluationRecord[];
  config: ConfigRecord;
  /** Each call of `hrm train`, with what it ran on. */
  sessions: readonly SessionRecord[];
  checkpoints: { best: CheckpointRecord | undefined; last: CheckpointRecord | undefined };
  /** The run whose weights it began with. */
  from: { run: string; step: number } | undefined;
  examination: Examination | undefined;
  /** What is not known, and why: sentences. */
  missing: readonly string[];
}

/**
 * Figures over the steps of a run. A long run is thinned: each entry is the mean over `stride` steps. A figure has one
 * value for each entry of `step`; null where there is none.
 */
export interface Curves {
  stride: number;
  step: readonly number[];
  loss: readonly (number | null)[];
  /** The share of the puzzles that halted with every cell right. */
  exactAccuracy: readonly (number | null)[];
  /** How many puzzles halted, in all steps of the entry. */
  halted: readonly number[];
  learningRate: readonly (number | null)[];
  samplesPerSecond: readonly (number | null)[];
  /** Bytes of memory that the process uses. */
  memory: readonly (number | null)[];
  /** Counts of puzzles that halted after 1, 2, ... segments in training, in at most 100 spans of steps. */
  halting: readonly HaltingSpan[];
}

/** How many puzzles halted after 1, 2, ... segments, up to a step. */
export interface HaltingSpan {
  /** The last step of the span. */
  step: number;
  counts: readonly number[];
}

/** An evaluation on held-out puzzles. */
export interface EvaluationRecord {
  step: number;
  /** How many puzzles. */
  count: number;
  /** The share with every cell right, all segments run. */
  exactAccuracy: number;
  /** The mean share of right cells. */
  accuracy: number;
  /** The same where each puzzle stops when the controller halts it. */
  halted: { exactAccuracy: number; meanSegments: number; haltingSteps: readonly number[] } | undefined;
}

/** The config of a run. Values are JSON. */
export interface ConfigRecord {
  /** The preset that it is nearest to; undefined if none has its name. */
  preset: string | undefined;
  /** The keys that differ from the preset, with their values there and here; undefined where a key is not given. */
  changes: readonly { key: string; preset: string | undefined; run: string | undefined }[];
  /** All keys and values. */
  values: Readonly<Record<string, string>>;
}

/** One call of `hrm train`. */
export interface SessionRecord {
  /** When it began, in ISO 8601; undefined if only a checkpoint mentions it. */
  began: string | undefined;
  /** The step that it began at, or the step of the checkpoint that mentions it. */
  step: number;
  versions: Readonly<Record<string, string>>;
  machine: Readonly<Record<string, string>>;
}

/** A checkpoint that is kept. */
export interface CheckpointRecord {
  step: number;
  /** The share of held-out puzzles that it solved exactly, if it was evaluated. */
  exactAccuracy: number | undefined;
}

/** What a model of the run does with held-out puzzles. */
export interface Examination {
  /** The step of its checkpoint. */
  step: number;
  checkpoint: 'best' | 'newest';
  /** How many puzzles it was tried on. */
  puzzles: number;
  /** The held-out puzzles there are. */
  puzzlesOfRun: number;
  /** The share of puzzles solved after segment 1, 2, ...; empty if the right answers are not known. */
  solved: readonly number[];
  /** How many puzzles the controller would halt after 1, 2, ... segments. */
  halting: readonly number[];
  /** How far each segment moved the latents: means of `|f(z) - z| / |z|`. */
  residuals: { puzzles: number; zL: readonly number[]; zH: readonly number[] } | undefined;
  /** The halting value as a prediction, against what came true; undefined if the controller predicts nothing. */
  calibration: Calibration | undefined;
  shown: readonly ExaminedPuzzle[];
}

/** The probability of a right answer that the halting value states, against the share of right answers. */
export interface Calibration {
  /** Predictions: puzzles times segments. */
  count: number;
  /** Ten equal ranges of the prediction; those without predictions are left out. */
  bins: readonly CalibrationBin[];
  /** The mean distance of prediction and truth, weighted by count. */
  error: number;
}

/** Predictions within a range. */
export interface CalibrationBin {
  from: number;
  to: number;
  count: number;
  /** The mean of the predictions. */
  predicted: number;
  /** The share of answers that were right. */
  right: number;
}

/** A held-out puzzle, with the model's answer after each segment. */
export interface ExaminedPuzzle {
  /** Its place in the held-out set, from 0. */
  index: number;
  question: Picture;
  /** The right answer, if it is known. */
  answer: Picture | undefined;
  segments: readonly ExaminedSegment[];
  /** The segment after which the controller halts it, if it does. */
  haltedAfter: number | undefined;
}

/** The answer after one segment. */
export interface ExaminedSegment {
  picture: Picture;
  /** Undefined if the right answer is not known. */
  isRight: boolean | undefined;
  /** The predicted probability that it is right, if the controller predicts one. */
  predicted: number | undefined;
}

/** A question or an answer, to be drawn: rows of cells, or text. */
export type Picture =
  | {
      /** How cells are drawn: `digits` in boxes, the walls and paths of a `maze`, `colours` 0 to 9, or `symbols`. */
      style: 'digits' | 'maze' | 'colours' | 'symbols';
      /** The cells of each row: a list of texts, or a text with one character for each cell. A space is empty. */
      rows: readonly (string | readonly string[])[];
      /** The size of the boxes that thicker lines are drawn around. */
      boxes?: { rows: number; columns: number } | undefined;
    }
  | { style: 'text'; text: string };

/** A held-out puzzle that evaluations of a training failed on, with the model's answers. */
export interface WatchedPuzzle {
  /** Its place in the held-out set, from 0. */
  index: number;
  question: Picture;
  answer: Picture;
  answers: readonly {
    /** The step of the evaluation. */
    step: number;
    picture: Picture;
    isRight: boolean;
  }[];
}

/** A message to a page that follows runs: the present record of one run. */
export interface LiveRun {
  /** Its place among the runs, and their number. */
  index: number;
  of: number;
  record: RunRecord;
  /** If they have changed. */
  puzzles?: readonly WatchedPuzzle[];
}
