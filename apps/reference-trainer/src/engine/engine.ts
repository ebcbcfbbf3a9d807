import { compile, selectBackend, type BackendPreference, type CompileMode, type SelectedBackend } from '@hrm/runtime';
import { uncompiled, type Compile } from '@hrm/layers';
import { withPrintedCommands } from '../command-line/printed-command';
import { UsageError } from '../command-line/usage-error';
import type { Terminal } from '../terminal/terminal';

/** The backend of a command, and how it compiles. */
export interface Engine {
  backend: SelectedBackend;
  compile: Compile;
  /** How it compiles; `eager` if it does not. */
  compileMode: CompileMode;
  /** Whether batches should be split into parts, see `chooseBatchParts`. */
  takesParts: boolean;
}

/** Options of {@link startEngine}. */
export interface EngineOptions {
  /** Default: the fastest that works. */
  backend?: BackendPreference | undefined;
  compile: CompileMode;
}

/** Chooses the backend, and prints which one and why. */
export async function startEngine(terminal: Terminal, options: EngineOptions): Promise<Engine> {
  let backend: SelectedBackend;
  try {
    backend = await selectBackend({ ...(options.backend && { prefer: options.backend }) });
  } catch (error) {
    if (options.backend) throw new UsageError(`--backend ${options.backend}: ${(error as Error).message}`);
    throw error;
  }
  terminal.say(`Backend: ${backend.why}`);
  if (backend.hint) terminal.say(withPrintedCommands(backend.hint));
  const usesCompile = backend.name === 'tensorflow' && options.compile !== 'eager';
  const compiled: Compile = (f) => compile(f, { mode: options.compile, onRecord: () => {} });
  return {
    backend,
    compile: usesCompile ? compiled : uncompiled,
    compileMode: usesCompile ? options.compile : 'eager',
    takesParts: usesCompile && backend.device === 'CPU',
  };
}
