import type { BenchSizes } from '@hrm/cli/internal';
import type { Precision } from '@hrm/layers';

/** The sides: the official code, the same with torch.compile, and ours. */
export type Side = 'eager' | 'compiled' | 'ours';

/** The contenders: each side in float32, and in bfloat16. */
export type ContenderName = Side | `${Side}-bfloat16`;

/** The precision that a contender computes in. */
export const precisionOf = (name: ContenderName): Precision => (name.endsWith('-bfloat16') ? 'bfloat16' : 'float32');

/** The measurements of one contender at one size. */
export interface ContenderMeasurement {
  name: string;
  versions: { [name: string]: string };
  threads?: number;
  parameters?: number;
  /** Seconds of the first step or evaluation, which also compiles. */
  first: number;
  /** Seconds of each step or evaluation, round by round. */
  seconds: number[][];
  /** Highest speed of its library at the main matrix products of the size, round by round. */
  matmulGflops: number[];
  /** Peak memory of its process after the work of the first round, in MiB. */
  peakRssMib: number;
}

/** The measurements of all contenders at one size. */
export interface SizeMeasurement {
  sizes: BenchSizes;
  rounds: number;
  /** ISO 8601. */
  date: string;
  contenders: { [name in ContenderName]?: ContenderMeasurement };
  /** Cores that other work kept busy after each round. Absent in files from before 2026-11-27. */
  load?: number[];
  /** Why a contender failed. */
  failures: { [name in ContenderName]?: string };
}

/** The contenders that were measured. */
export const measuredContenders = ({ contenders }: SizeMeasurement): ContenderName[] =>
  Object.keys(contenders) as ContenderName[];
