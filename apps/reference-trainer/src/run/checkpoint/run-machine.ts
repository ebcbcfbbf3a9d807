import { cpus } from 'node:os';
import { findNativeInstallation } from '@hrm/runtime';
import type { Engine } from '../../engine/engine';
import type { RunProgress } from './run-progress';
import { versions } from '../../engine/versions';

/** What computes a run: a run is exact only where all of it stays the same. */
export type RunMachine = Readonly<Record<string, string>>;

/** Names as a sentence has them. */
const names: Readonly<Record<string, string>> = { compile: 'compilation', 'tfjs-core': 'TensorFlow.js', node: 'Node' };

/** The backend and the machine that compute here, for the record. */
export function thisRunMachine({ backend, compileMode }: Pick<Engine, 'backend' | 'compileMode'>): RunMachine {
  const tensorflow = backend.name === 'tensorflow' ? findNativeInstallation()?.tensorflow : undefined;
  return {
    backend: backend.name,
    device: backend.device,
    compile: compileMode,
    ...(tensorflow !== undefined && { tensorflow }),
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
  };
}

/**
 * Says what computed the checkpoint and is another here. Undefined where all is the same, as far as the checkpoint tells.
 */
export function describeOtherMachine(
  saved: Pick<RunProgress, 'machine' | 'versions'>,
  machine: RunMachine,
): string | undefined {
  const [before, now]: RunMachine[] = [
    { ...saved.machine, ...saved.versions },
    { ...machine, ...versions },
  ];
  const changes = Object.keys(before!)
    .filter((key) => before![key] !== now![key])
    .map((key) => `${names[key] ?? key} ${before![key]}, now ${now![key] ?? 'none'}`);
  if (changes.length === 0) return undefined;
  return (
    `So far this run was computed by: ${changes.join('; ')}. It goes on, but the last bits of its numbers will differ ` +
    'from those of a run that stayed there.'
  );
}
