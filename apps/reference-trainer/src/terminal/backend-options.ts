import { compile, selectBackend, type CompileMode, type SelectedBackend } from '@hrm/runtime';
import { asItIs, type Compile } from '@hrm/trainer';
import { z } from 'zod';
import type { Terminal } from './terminal';
import { UsageError } from './usage-error';

/** Options of every command that computes. */
export const backendOptions = {
  backend: z.enum(['native', 'wasm', 'cpu']).optional(),
  compile: z.enum(['xla', 'graph', 'eager']).default('xla'),
  json: z.boolean().default(false),
};

/** What a command computes with. */
export interface Engine {
  backend: SelectedBackend;
  compile: Compile;
  /** Whether a batch is best taken in parts, see `chooseBatchParts`. */
  takesParts: boolean;
}

/** Chooses the backend, and says which and why. */
export async function startEngine(
  terminal: Terminal,
  options: { backend?: 'native' | 'wasm' | 'cpu' | undefined; compile: CompileMode },
): Promise<Engine> {
  let backend: SelectedBackend;
  try {
    backend = await selectBackend({ ...(options.backend && { prefer: options.backend }) });
  } catch (error) {
    if (options.backend) throw new UsageError(`--backend ${options.backend}: ${(error as Error).message}`);
    throw error;
  }
  terminal.say(`Backend: ${backend.why}`);
  if (backend.hint) terminal.say(backend.hint);
  const usesCompile = backend.name === 'tensorflow' && options.compile !== 'eager';
  const compiled: Compile = (f) => compile(f, { mode: options.compile, onRecord: () => {} });
  return { backend, compile: usesCompile ? compiled : asItIs, takesParts: usesCompile && backend.device === 'CPU' };
}
