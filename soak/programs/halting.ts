/**
 * Halting that pays: trains the presets `sudoku-4x4-demo` and `sudoku-6x6` with the seeds 0, 1 and 2, and demands that each
 * puzzle's stopping where the controller halts it costs at most one point of what all segments solve, in under half of the
 * segments.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evaluation } from '@hrm/trainer';
import { startHrm } from '../src/hrm-process';
import { recordFigures } from '../src/record-figures';
import { workFolder } from '../src/soak-folder';

const maxSegments = 8;
const folder = workFolder();
const problems: string[] = [];
const told: string[] = [];

for (const preset of ['sudoku-4x4-demo', 'sudoku-6x6']) {
  const ends: string[] = [];
  for (const seed of [0, 1, 2]) {
    const run = join(folder, `${preset}-${seed}`);
    const { code, stderr } = await startHrm(['train', preset, '--out', run, '--seed', String(seed)], 'native').ending;
    if (code !== 0) {
      problems.push(`${preset}, seed ${seed}: ${code} ${stderr}`);
      continue;
    }
    const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as { step: number; evaluation?: Omit<Evaluation, 'sums'> });
    const { step, evaluation } = rows.findLast((row) => row.evaluation !== undefined)!;
    const { exactAccuracy, halted } = evaluation!;
    const end =
      `${(100 * halted.exactAccuracy).toFixed(1)}% in ${halted.meanSegments.toFixed(1)} of ${maxSegments} segments ` +
      `(all: ${(100 * exactAccuracy).toFixed(1)}%) at step ${step}`;
    ends.push(end);
    if (exactAccuracy - halted.exactAccuracy > 0.0101 || halted.meanSegments >= maxSegments / 2) {
      problems.push(`${preset}, seed ${seed}: ${end}`);
    }
  }
  told.push(`${preset}: ${ends.join('; ')}`);
}
recordFigures('halting', {
  held: problems.length === 0,
  summary: `halting costs at most a point, in under half of the segments, seeds 0 to 2: ${told.join('. ')}`,
  problems,
});
process.exit();
