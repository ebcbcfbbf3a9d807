/**
 * Trains `--steps` steps in five processes for each of the seeds 0 and 7, on wasm and on native with XLA: all five end alike, and
 * the two seeds do not.
 */
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { startHrm } from '../src/hrm-process';
import { recordFigures } from '../src/record-figures';
import { soakOptions } from '../src/soak-options';
import { workFolder } from '../src/soak-folder';
import { fingerprint, writeTinyConfig } from '../src/tiny-run';

const { steps } = soakOptions({ steps: 20 });
const folder = workFolder();
const config = writeTinyConfig(folder);
const problems: string[] = [];
for (const backend of ['wasm', 'native']) {
  const firsts: Readonly<Record<string, string>>[] = [];
  for (const seed of [0, 7]) {
    const prints: Readonly<Record<string, string>>[] = [];
    for (let i = 0; i < 5; i++) {
      const run = join(folder, `${backend}-${seed}-${i}`);
      const args = ['train', config, '--out', run, '--seed', String(seed), '--max-steps', String(steps)];
      const { code, stderr } = await startHrm([...args, '--backend', backend], backend).ending;
      if (code === 0) prints.push(fingerprint(run));
      else problems.push(`${backend}, seed ${seed}: ${code} ${stderr}`);
    }
    if (!prints.every((print) => isDeepStrictEqual(print, prints[0])))
      problems.push(`${backend}, seed ${seed}: they differ`);
    firsts.push(...prints.slice(0, 1));
  }
  // Else a seed that is not looked at would be taken for five that agree.
  if (isDeepStrictEqual(firsts[0], firsts[1])) problems.push(`${backend}: the seeds make no difference`);
}
recordFigures('repeats', {
  held: problems.length === 0,
  summary: `5 processes of ${steps} steps each for seeds 0 and 7, on wasm and on native with XLA: ${problems.length === 0 ? 'bit for bit the same' : 'not the same'}`,
  problems,
});
process.exit();
