/**
 * `--count` random files, valid and not, a third of them .npy: what Python's safetensors, torch and numpy refuse we must refuse,
 * and what we read they must read as the same. Python and its packages are brought by pip into soak/.tools on first use.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { pythonWith, run } from '../src/python';
import { recordFigures } from '../src/record-figures';
import { soakOptions } from '../src/soak-options';
import { repository, workFolder } from '../src/soak-folder';

const { count, seed } = soakOptions({ count: 20_000, seed: 1 });
const folder = workFolder();
const python = pythonWith(['torch', 'numpy', 'safetensors']);
const vitest = join(repository, 'node_modules/vitest/vitest.mjs');

/** Makes cases and has our tests compare them; gives what Python says of them and what the test found wrong. */
function compare(kind: string, script: string, project: string, test: string, variable: string, files: number) {
  const cases = join(folder, `${kind}.jsonl.gz`);
  const said = run(python, [join(repository, script), '--count', String(files), '--seed', String(seed), '--out', cases]).trim(); // prettier-ignore
  console.log(said);
  const notes = gunzipSync(readFileSync(cases)).toString().trimEnd().split('\n').length;
  let problem: string | undefined;
  try {
    run(process.execPath, [vitest, 'run', '--project', project, test], { cwd: repository, env: { ...process.env, [variable]: cases } }); // prettier-ignore
  } catch (error) {
    problem = (error as Error).message;
  }
  return { kind, files: notes, said, problem };
}

const third = Math.round(count / 3);
const results = [
  compare('tensors', 'packages/files/test/agreement/make_cases.py', 'files', 'test/agreement/', 'AGREEMENT_CASES', count - third), // prettier-ignore
  compare('npy', 'packages/files/test/agreement/make_npy_cases.py', 'files', 'npy-agreement', 'NPY_CASES', third), // prettier-ignore
];
const held = results.every(({ problem }) => problem === undefined);
recordFigures('agreement', {
  held,
  summary:
    `${results[0]!.files} files of tensors (${results[0]!.said}) and ${results[1]!.files} of arrays (${results[1]!.said}): ` +
    `${held ? 'none accepted that Python refuses, none read otherwise' : 'they differ'}`,
  results,
});
process.exit();
