import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CompileMode } from '@hrm/runtime';
import type { BenchSizes } from '@hrm/reference-trainer/internal';
import type { ContenderCommand } from './contender';

/** What the worker of our side is to run. */
export interface BenchJob {
  sizes: BenchSizes;
  backend: 'native' | 'wasm' | 'cpu' | undefined;
  compile: CompileMode;
}

/** A file of the app as it is published, whether the code around runs from `dist` or from `src`. */
export function appFile(path: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, path);
}

/** Our side at one size, as a process of its own with the environment that the official side has too. */
export function ourContender(job: BenchJob): ContenderCommand {
  return {
    name: `ours (${job.backend === 'wasm' ? 'WebAssembly' : job.compile})`,
    program: process.execPath,
    args: [appFile('dist/bench-worker.js'), JSON.stringify(job)],
  };
}
