import { compile, selectBackend, type BackendPreference, type CompileMode, type SelectedBackend } from '@hrm/runtime';
import type { Bfloat16Products } from '@hrm/runtime/internal';
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
  /** The threads that native TensorFlow may use. Undefined for one for each core, and for other backends. */
  threads: number | undefined;
  /** How it multiplies in bfloat16; undefined until `preparePrecision`, and for models in float32. */
  products?: Bfloat16Products;
}

/** Options of {@link startEngine}. */
export interface EngineOptions {
  /** Default: the fastest that works. */
  backend?: BackendPreference | undefined;
  compile: CompileMode;
  /** The threads that native TensorFlow may use. Default: one for each core. */
  threads?: number | undefined;
}

/** The variables from which TensorFlow reads how many threads it may use, when it is loaded. */
const THREAD_VARIABLES = ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS'];

/** Chooses the backend, and prints which one and why. */
export async function startEngine(terminal: Terminal, options: EngineOptions): Promise<Engine> {
  const { threads } = options;
  if (threads !== undefined) for (const name of THREAD_VARIABLES) process.env[name] = `${threads}`;
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
    threads: backend.name === 'tensorflow' ? threads : undefined,
  };
}
