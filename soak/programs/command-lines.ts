/** `--count` command lines of `hrm` with one thing wrong: exit 2, what is wrong named, nothing written, no stack. `--seed`. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { badCommandLine, randomNumbers } from '../../apps/reference-trainer/test/bad-command-line';
import { flawOfRefusal } from '../../apps/reference-trainer/test/run-in-process';
import { recordFigures, tellProgress } from '../src/record-figures';
import { soakOptions } from '../src/soak-options';
import { workFolder } from '../src/soak-folder';

const { count, seed } = soakOptions({ count: 10_000, seed: 1 });
const folder = join(workFolder(), 'here');
mkdirSync(folder);
process.chdir(folder);
process.env.HRM_BACKEND = 'wasm';

const random = randomNumbers(seed);
const flaws: string[] = [];
for (let i = 0; i < count; i++) {
  const { args, named } = badCommandLine(random);
  const flaw = await flawOfRefusal(args, named);
  if (flaw !== undefined) flaws.push(flaw);
  tellProgress(() => `${i + 1} of ${count} command lines, ${flaws.length} not as they should be`);
}
process.chdir('/');
recordFigures('command-lines', {
  held: flaws.length === 0,
  summary: `${count} command lines with one thing wrong: ${flaws.length} not refused as they should be`,
  flaws: flaws.slice(0, 50),
});
process.exit();
