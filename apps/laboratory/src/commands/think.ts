import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '@hrm/files/node';
import { z } from 'zod';
import {
  argument,
  backendOptions,
  choice,
  count,
  defineCommand,
  expectNoFile,
  expectWritable,
  finishBeforeStopping,
  importsOption,
  integer,
  list,
  loadRun,
  loadRunParts,
  readPuzzlesOfModel,
  readRegularFile,
  startEngine,
  Terminal,
  text,
  unseenOption,
  UsageError,
} from '@hrm/cli/internal';
import { heldOutPuzzles } from '../think/held-out-puzzles';
import { measureStrategies, THINKING_STRATEGIES } from '../think/measure-strategies';
import { isThinkingSvg, thinkingSvg, thinkingTable } from '../think/thinking-report';

/** Options of `hrm-lab think`. */
const thinkOptions = z.strictObject({
  ...backendOptions,
  ...importsOption,
  ...unseenOption,
  run: argument('Folder of the run').optional(),
  checkpoint: choice('newest or best', ['newest', 'best'], 'which').default('newest'),
  data: text('Puzzles (default: those of the run)', { value: 'folder' }).optional(),
  puzzles: count('Held-out puzzles to solve').default(100),
  strategies: list(
    `Some of ${THINKING_STRATEGIES.join(', ')}, separated by commas; search brings its controls with it`,
    THINKING_STRATEGIES,
  ).prefault('all'),
  passSegments: count('The most segments of one pass (default: four times those of the run)').optional(),
  segments: count('Segments of each try (default: twice those of the run)').optional(),
  tries: count('The most tries at a puzzle that end when one verifies').default(64),
  votes: count('Tries that all run to their end, for votes').default(8),
  branches: count('Branches of a search').default(8),
  searchSegments: count('Segments of each branch').default(128),
  stepSegments: count('Segments before each step of a search').default(8),
  batch: count('Tries side by side').default(64),
  seed: integer('Seed of noise, symmetries and guesses').default(0),
  svg: text('File for a drawing of accuracy against compute', { value: 'file' }).optional(),
});

type Options = z.infer<typeof thinkOptions>;

/** Makes sure that only an earlier drawing is overwritten. @throws UsageError if the file is something else. */
async function expectOwnDrawing(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return expectNoFile(path, '--svg');
  const isDrawing = found.isFile() && isThinkingSvg(readRegularFile(path, { maxBytes: 2 ** 26 }).toString('utf8'));
  if (isDrawing) return expectWritable(dirname(path), '--svg');
  throw new UsageError(`--svg: ${path} exists already and is not a drawing of this command; choose another name`);
}

/** Runs `hrm-lab think`. */
async function think(options: Options): Promise<void> {
  const { run } = options;
  if (run === undefined) throw new UsageError('RUN is missing: give the folder of a run');
  const terminal = new Terminal(options.json);
  if (options.svg !== undefined) await expectOwnDrawing(options.svg);
  const ofRun = await loadRunParts(run, terminal, { ...options, flag: 'RUN' });
  const engine = await startEngine(terminal, options);
  const loaded = await loadRun(run, options.checkpoint, terminal, { ...options, loaded: ofRun, engine });
  const { model, task, data, step } = loaded;
  const { puzzles: dataset } = await readPuzzlesOfModel(options.data ?? data, 'test', loaded, options);
  const heldOut = heldOutPuzzles(dataset, model, task, options.puzzles);
  const { puzzles } = heldOut;
  terminal.say(`\nStep ${step}, ${puzzles.length} held-out puzzles.\n`);

  const rows = await measureStrategies(loaded, heldOut, {
    ...options,
    sizes: ofRun.description.puzzles,
    compile: engine.compile,
    say: (line) => terminal.say(line),
  });
  terminal.say(`\n${thinkingTable(rows)}`);
  if (options.svg !== undefined) {
    const svg = new TextEncoder().encode(thinkingSvg(rows));
    await finishBeforeStopping(() => replaceFile(options.svg!, svg));
    terminal.say(`\nDrawn in ${options.svg}.`);
  }
  terminal.result({ step, puzzles: puzzles.length, backend: engine.backend.name, seed: options.seed, rows });
  model.dispose();
}

export const thinkCommand = defineCommand({
  name: 'think',
  summary: 'Measure how much more a run solves when it thinks longer: segments, tries, votes and search',
  options: thinkOptions,
  examples: ['hrm-lab think runs/first --puzzles 50 --tries 16 --svg think.svg'],
  notes: `A call is one segment of one try. "One pass" and votes always run to the end; the others stop at the first verified
answer. A search has two controls: an untrained model, and plain propagation (naked singles) without a model.`,
  run: think,
});
