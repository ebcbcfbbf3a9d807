import { puzzleTensors } from '@hrm/act';
import { expectPuzzles } from '@hrm/act/internal';
import { evaluationBatches } from '@hrm/data';
import { measureResiduals } from '@hrm/recursion';
import { replaceFile } from '@hrm/files/node';
import { z } from 'zod';
import { defineCommand } from '../command-line/command';
import { count, text } from '../command-line/options';
import { expectOwnFile, type OwnFiles } from '../files/expect-own-file';
import { isResidualsSvg, plotResiduals, residualsSvg } from '../residuals/plot-residuals';
import { loadRun, loadRunParts } from '../run/folder/load-run';
import { readPuzzlesOfModel } from '../run/puzzles/puzzles-of-model';
import { countPuzzles } from '../run/puzzles/run-puzzles';
import { finishBeforeStopping } from '../process/stop-signals';
import { backendOptions, importsOption, runOptions, unseenOption } from '../command-line/shared-options';
import { startEngine } from '../engine/engine';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm residuals`. */
const residualsOptions = z.strictObject({
  ...backendOptions,
  ...importsOption,
  ...runOptions,
  ...unseenOption,
  data: text('Puzzles (default: those of the run)', { value: 'folder' }).optional(),
  puzzles: count('Held-out puzzles to measure on').default(16),
  segments: count('Segments to run (default: the maximum of the run)').optional(),
  svg: text('File for a drawing of the residuals', { value: 'file' }).optional(),
});

/** The drawing, which replaces only an earlier one. */
const drawings: OwnFiles = { flag: '--svg', kind: 'a drawing of residuals', isOwn: isResidualsSvg };

/** Runs `hrm residuals`. */
async function residuals(options: z.infer<typeof residualsOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  if (options.svg !== undefined) await expectOwnFile(options.svg, drawings);
  // Before the backend, which takes seconds.
  const { allowImports } = options;
  const ofRun = await loadRunParts(options.run, terminal, { allowImports });
  await startEngine(terminal, { ...options, compile: 'eager' });
  const loaded = await loadRun(options.run, options.checkpoint, terminal, { ...options, loaded: ofRun });
  const { model, data, step } = loaded;
  const { puzzles: dataset } = await readPuzzlesOfModel(options.data ?? data, 'test', loaded, options);
  const batchSize = Math.min(options.puzzles, countPuzzles(dataset));
  const [batch] = evaluationBatches(dataset, { batchSize });
  expectPuzzles('residuals', model, batch!);
  const tensors = puzzleTensors(batch!);
  const report = await measureResiduals(model, tensors, { segments: options.segments ?? model.halting.maxSegments });
  Object.values(tensors).forEach((tensor) => tensor.dispose());
  terminal.say(`\nStep ${step}, ${batchSize} held-out puzzles.\n\n${plotResiduals(report)}`);
  if (options.svg !== undefined) {
    const svg = new TextEncoder().encode(residualsSvg(report));
    await finishBeforeStopping(() => replaceFile(options.svg!, svg));
    terminal.say(`\nDrawn in ${options.svg}.`);
  }
  const mean = ({ mean }: { mean: number }) => mean;
  terminal.result({
    step,
    puzzles: batchSize,
    applications: report.applications.map(({ segment, application, mean }) => ({
      segment,
      application,
      residual: mean,
    })),
    segments: report.segments.map(({ segment, zH, zL }) => ({ segment, zH: mean(zH), zL: mean(zL) })),
    spectralRadius: report.spectralRadius?.mean,
  });
  model.dispose();
}

export const residualsCommand = defineCommand({
  name: 'residuals',
  summary: 'Measure whether the recursion of a run converges, as the 1-step gradient assumes',
  options: residualsOptions,
  examples: ['hrm residuals --run runs/first --svg residuals.svg'],
  run: residuals,
});
