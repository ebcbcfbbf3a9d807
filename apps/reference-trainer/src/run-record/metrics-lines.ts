import { FileFormatError } from '@hrm/files';
import { parseJson } from '@hrm/files/internal';
import { z } from 'zod';

const count = z.number().min(0);
const share = z.number().min(0).max(1);
/** How many puzzles halted after 1, 2, ... segments. The bound keeps the page of a strange run usable. */
const counts = z.array(count).max(10_000);

const stepLine = z.looseObject({
  step: z.int().min(1),
  learningRate: z.number().min(0).optional(),
  /** Puzzles that halted at this step. The shares below are of them. */
  count: count.optional(),
  tokenLoss: z.number().optional(),
  exactAccuracy: share.optional(),
  accuracy: share.optional(),
  haltingSteps: counts.optional(),
});

const evaluationLine = z.looseObject({
  step: z.int().min(0),
  evaluation: z.looseObject({
    count: count,
    exactAccuracy: share,
    accuracy: share,
    halted: z.looseObject({ exactAccuracy: share, meanSegments: count, haltingSteps: counts }).optional(),
  }),
});

const tokens = z.array(z.int().min(0));
const names = z.record(z.string(), z.string());

/** A line of `observations.jsonl`: what a run records of the machine. */
const observationLine = z.looseObject({
  step: z.int().min(0),
  /** Seconds since 1970, as far as dates reach. */
  time: z.number().min(0).max(8.64e12).optional(),
  samplesPerSecond: z.number().min(0).optional(),
  /** Bytes of memory of the process. */
  memory: z.number().min(0).optional(),
  /** In the first line of each call of `hrm train`. */
  begin: z.object({ versions: names, machine: names }).optional(),
  /** At an evaluation: puzzles with the model's answers. */
  puzzles: z
    .array(
      z.object({
        index: z.int().min(0),
        question: tokens,
        answer: tokens,
        prediction: tokens,
        segments: z.array(tokens).optional(),
        exact: z.boolean(),
      }),
    )
    .optional(),
});

/** A training step in `metrics.jsonl`. */
export type StepLine = z.infer<typeof stepLine>;
/** An evaluation in `metrics.jsonl`. */
export type EvaluationLine = z.infer<typeof evaluationLine>;
/** A line of `observations.jsonl`. */
export type ObservationLine = z.infer<typeof observationLine>;

function parsed<Line>(schema: z.ZodType<Line>, value: unknown, what: string, path: string): Line {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path: keys, message } = result.error.issues[0]!;
  throw new FileFormatError({
    path,
    problem: `${what}: ${keys.join('.') || 'the line'}: ${message.replace(/^Invalid input: /, '')}`,
    expected: 'lines that `hrm train` wrote',
  });
}

function jsonOf(line: string, what: string, path: string): unknown {
  try {
    return parseJson(line);
  } catch (error) {
    throw new FileFormatError({
      path,
      problem: `${what} is not JSON: ${(error as Error).message}`,
      expected: 'lines that `hrm train` wrote',
    });
  }
}

/** Reads lines of `metrics.jsonl`. @param first the number of the first line. @throws FileFormatError naming a line. */
export const readMetricsLines = (
  lines: readonly string[],
  path: string,
  first = 1,
): readonly (StepLine | EvaluationLine)[] =>
  lines.map((line, index) => {
    const what = `line ${first + index}`;
    const value = jsonOf(line, what, path);
    const isEvaluation = typeof value === 'object' && value !== null && 'evaluation' in value;
    return parsed<StepLine | EvaluationLine>(isEvaluation ? evaluationLine : stepLine, value, what, path);
  });

/** Whether a line of `metrics.jsonl` is an evaluation. */
export const isEvaluation = (line: StepLine | EvaluationLine): line is EvaluationLine => 'evaluation' in line;

/** What {@link readObservationLines} found. */
export interface ObservationLines {
  readonly lines: readonly ObservationLine[];
  /** What is wrong with the lines left out. */
  readonly damage: readonly string[];
}

/** Reads lines of `observations.jsonl`. It leaves damaged ones out: nothing is computed from them. */
export function readObservationLines(lines: readonly string[], path: string, first = 1): ObservationLines {
  const damage: string[] = [];
  const read = lines.flatMap((line, index) => {
    const what = `line ${first + index}`;
    try {
      return [parsed(observationLine, jsonOf(line, what, path), what, path)];
    } catch (error) {
      damage.push((error as FileFormatError).problem);
      return [];
    }
  });
  return { lines: read, damage };
}
