import type { BackendPreference, CompileMode } from '@hrm/runtime';
import type { BenchSizes } from '@hrm/cli/internal';
import { appFile } from '../../app-file';
import type { ContenderCommand } from './contender';

/** The job of our worker. */
export interface BenchJob {
  sizes: BenchSizes;
  backend: BackendPreference | undefined;
  compile: CompileMode;
}

/** What a contender that computes in bfloat16 has after its name. */
export const inBfloat16 = ({ precision }: BenchSizes): string => (precision === 'bfloat16' ? ', bfloat16' : '');

/** The command of our side at one size. */
export function ourContender(job: BenchJob): ContenderCommand {
  return {
    name: `ours (${job.backend === 'wasm' ? 'WebAssembly' : job.compile})${inBfloat16(job.sizes)}`,
    program: process.execPath,
    args: [appFile('dist/bench-worker.js'), JSON.stringify(job)],
  };
}
