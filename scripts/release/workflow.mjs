import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from './copy.mjs';
import { run } from './processes.mjs';

const { jobs } = parse(readFileSync(join(root, '.github/workflows/release.yml'), 'utf8'));

/** The last lines of shell of a job of release.yml: those that do its work. */
export function shellOf(job) {
  const shell = jobs[job].steps
    .map((step) => step.run)
    .filter((text) => text !== undefined)
    .at(-1);
  if (!shell) throw new Error(`The job ${job} of release.yml runs nothing`);
  return shell;
}

/** Runs lines of shell as GitHub does. */
export const runShell = (shell, options) =>
  run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', shell], options);
