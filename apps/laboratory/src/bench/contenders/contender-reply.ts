import { z } from 'zod';

const schema = z.object({
  /** The first line: it has loaded, and waits. */
  ready: z.literal(true).optional(),
  /** Of what it computes with, by name. */
  versions: z.record(z.string(), z.string()).optional(),
  /** Threads that it computes with, where it says so. */
  threads: z.int().optional(),
  /** Numbers that training changes in the model, without the puzzle embedding. */
  parameters: z.int().optional(),
  /** Of each step or evaluation asked for. */
  seconds: z.array(z.number().positive()).optional(),
  /** Speed of a matrix product, in 10^9 floating-point operations a second. */
  gflops: z.number().positive().optional(),
  /** The most memory that the process has held, in MiB. */
  peakRssMib: z.number().positive().optional(),
  /** It could not do it. */
  error: z.string().optional(),
});

/** One line that a contender writes. */
export type ContenderReply = z.infer<typeof schema>;

/** Reads a line that a contender wrote; undefined where it is none of its replies, such as what a library prints. */
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
