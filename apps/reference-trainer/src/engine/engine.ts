import { compile, selectBackend, type CompileMode, type SelectedBackend } from '@hrm/runtime';
import { uncompiled, type Compile } from '@hrm/layers';
import { withPrintedCommands } from '../command-line/printed-command';
import { UsageError } from '../command-line/usage-error';
import type { Terminal } from '../terminal/terminal';

/** What a command computes with. */
export interface Engine {
  backend: SelectedBackend;
  compile: Compile;
  /** How it compiles: `eager` where it does not. */
  compileMode: CompileMode;
  /** Whether a batch is best taken in parts, see `chooseBatchParts`. */
  takesParts: boolean;
}

/** What a command is asked to compute with. */
export interface EngineOptions {
  /** By default the fastest that works. */
  backend?: 'native' | 'wasm' | 'cpu' | undefined;
  compile: CompileMode;
}

/** Chooses the backend, and says which and why. */
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
