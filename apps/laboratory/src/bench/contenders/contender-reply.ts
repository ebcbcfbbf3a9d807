import { z } from 'zod';

const schema = z.object({
  /** In the first line: the contender is loaded. */
  ready: z.literal(true).optional(),
  /** Versions of its libraries, by name. */
  versions: z.record(z.string(), z.string()).optional(),
  /** Threads that it computes with, if known. */
  threads: z.int().optional(),
  /** Trained parameters of the model, without the puzzle embedding. */
  parameters: z.int().optional(),
  /** Seconds of each step or evaluation. */
  seconds: z.array(z.number().positive()).optional(),
  /** Processor time of a step, as the mean of the ranks. */
  processorSeconds: z.number().positive().optional(),
  /** The calls of each step to other ranks. */
  calls: z
    .array(z.array(z.object({ kind: z.enum(['allReduce', 'allGather']), bytes: z.number(), at: z.number() })))
    .optional(),
  /** Speed of the fastest matrix product, in 10^9 floating-point operations per second. */
  gflops: z.number().positive().optional(),
  /** Peak memory of the process, in MiB. */
  peakRssMib: z.number().positive().optional(),
  /** Why the request failed. */
  error: z.string().optional(),
});

/** A line that a contender writes. */
export type ContenderReply = z.infer<typeof schema>;

/** Parses a line of a contender; undefined if it is no reply, such as output of a library. */
export function parseReply(line: string): ContenderReply | undefined {
  if (!line.startsWith('{')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const result = schema.safeParse(value);
  return result.success && Object.keys(result.data).length > 0 ? result.data : undefined;
}
