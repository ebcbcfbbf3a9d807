import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** A processor, and those of its features that decide how fast it multiplies matrices. */
export interface Processor {
  name: string;
  /** Named as in Linux's /proc/cpuinfo. Undefined where the system does not report them. */
  features: string[] | undefined;
}

/** Instructions for products, the widest first: of x86-64, then of ARM. */
const RELEVANT = [
  ...['amx_bf16', 'amx_tile', 'avx512_bf16', 'avx512f', 'avx_ne_convert', 'avx2', 'fma', 'avx'],
  ...['bf16', 'svebf16', 'sme', 'sve2', 'sve', 'asimd'],
];

/** Features that multiply bfloat16 numbers. */
const BFLOAT16 = ['amx_bf16', 'avx512_bf16', 'bf16', 'svebf16'];

/** Whether it has instructions for products of bfloat16 numbers. False if its features are unknown. */
export const multipliesBfloat16 = ({ features }: Processor): boolean =>
  BFLOAT16.some((feature) => features?.includes(feature));

/** Finds the relevant features in the text of Linux's /proc/cpuinfo, or of macOS's `sysctl machdep.cpu hw.optional`. */
export function featuresIn(text: string): string[] {
  const words = new Set(
    [...text.matchAll(/^(?:flags|Features|machdep\.cpu\.\w*features)\s*:\s*(.*)$/gm)].flatMap(([, list]) =>
      list!.toLowerCase().split(/\s+/),
    ),
  );
  // macOS lists each feature of ARM, and some of Intel's, in a line of its own.
  for (const [, name] of text.matchAll(/^hw\.optional\.(?:arm\.FEAT_)?(\w+): 1$/gm)) words.add(name!.toLowerCase());
  const otherNames: { [name: string]: string } = { avx: 'avx1.0', asimd: 'advsimd' };
  return RELEVANT.filter((name) => words.has(name) || words.has(otherNames[name] ?? name));
}

function featureText(): string | undefined {
  if (existsSync('/proc/cpuinfo')) return readFileSync('/proc/cpuinfo', 'utf8');
  if (process.platform !== 'darwin') return undefined;
  try {
    return execFileSync('/usr/sbin/sysctl', ['machdep.cpu', 'hw.optional'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}

/** Describes the processor of this machine. */
export function thisProcessor(): Processor {
  const text = featureText();
  return {
    name: cpus()[0]?.model.trim() || process.arch,
    features: text === undefined ? undefined : featuresIn(text),
  };
}

/** Describes a processor in one line. */
export const describeProcessor = ({ name, features }: Processor): string =>
  `${name} (${features === undefined ? 'its features are unknown' : features.join(', ') || 'no vector instructions'})`;
