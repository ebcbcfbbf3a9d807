import { cpus } from 'node:os';
import { findNativeInstallation } from '@hrm/runtime';
import { describeProducts } from '@hrm/runtime/internal';
import type { Engine } from '../../engine/engine';
import type { RunProgress } from './run-progress';
import { versions } from '../../engine/versions';

/** The backend and machine of a run. The run is exact only while they stay the same. */
export type RunMachine = Readonly<Record<string, string>>;

/** Names for a sentence. */
const names: Readonly<Record<string, string>> = {
  compile: 'compilation',
  'tfjs-core': 'TensorFlow.js',
  node: 'Node',
  ranks: 'number of ranks',
  threads: 'number of threads',
};

/** The present backend and machine. */
export function thisRunMachine({
  backend,
  compileMode,
  threads,
  products,
}: Pick<Engine, 'backend' | 'compileMode' | 'threads' | 'products'>): RunMachine {
  const tensorflow = backend.name === 'tensorflow' ? findNativeInstallation()?.tensorflow : undefined;
  return {
    backend: backend.name,
    device: backend.device,
    compile: compileMode,
    ...(threads !== undefined && { threads: `${threads}` }),
    ...(tensorflow !== undefined && { tensorflow }),
    ...(products && { bfloat16: describeProducts(products) }),
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
  };
}

/** Describes how machine and versions differ from those of a checkpoint; undefined if nothing that it records does. */
export function describeOtherMachine(
  saved: Pick<RunProgress, 'machine' | 'versions'>,
  machine: RunMachine,
): string | undefined {
  const [before, now]: RunMachine[] = [
    { ...saved.machine, ...saved.versions },
    { ...machine, ...versions },
  ];
  const changes = Object.keys(before!)
    // `preparePrecision` says how products in bfloat16 are computed now.
    .filter((key) => before![key] !== now![key] && key !== 'bfloat16')
    .map((key) => `${names[key] ?? key} ${before![key]}, now ${now![key] ?? 'none'}`);
  if (changes.length === 0) return undefined;
  return (
    `The machine or version has changed: ${changes.join('; ')}. The run continues, but the last bits of its numbers will ` +
    'differ from those of a run without this change.'
  );
}
