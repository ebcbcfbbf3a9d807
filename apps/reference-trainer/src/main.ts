import { FileFormatError } from '@hrm/models';
import { cac, type CAC, type Command } from 'cac';
import { bench, benchOptions } from './commands/bench';
import { compare, compareOptions } from './commands/compare';
import { dataGenerate, dataGenerateOptions } from './commands/data-generate';
import { dataImport, dataImportOptions } from './commands/data-import';
import { demo, demoOptions } from './commands/demo';
import { exportOfficial, exportOfficialOptions } from './commands/export-official';
import { importOfficial, importOfficialOptions } from './commands/import-official';
import { evalOptions, evalRun } from './commands/eval';
import { parity, parityOptions } from './commands/parity';
import { residuals, residualsOptions } from './commands/residuals';
import { setup, setupOptions } from './commands/setup';
import { solve, solveOptions } from './commands/solve';
import { train, trainOptions } from './commands/train';
import { versions } from './run/versions';
import { checkOptions, kebab, UsageError } from './terminal/usage-error';

/** Exit statuses: a failure, and a command line that cannot be. */
const FAILED = 1;
const BAD_USE = 2;

const withBackend = (command: Command) =>
  command
    .option('--backend <name>', 'native, wasm or cpu; by default the fastest that works')
    .option('--compile <mode>', 'xla, graph or eager (native backend only)')
    .option('--json', 'End stdout with one JSON object');

function describeCommands(cli: CAC): void {
  withBackend(cli.command('demo', 'Learn 4x4 Sudoku, and solve one before your eyes: the main job'))
    .option('--out <folder>', 'Folder of the run (default: runs/sudoku-4x4-demo)')
    .option('--seed <n>', 'Seed of weights, puzzles drawn and exploration')
    .example('hrm demo')
    .action((options: unknown) => demo(checkOptions(demoOptions, options)));
  cli
    .command('setup', 'Set up native TensorFlow in the per-user cache')
    .option('--gpu', 'Bring the CUDA build even where no NVIDIA GPU is found')
    .option('--or-fall-back', 'Succeed without it, on WebAssembly')
    .option('--json', 'End stdout with one JSON object')
    .example('hrm setup')
    .action((options: unknown) => setup(checkOptions(setupOptions, options)));
  cli
    .command('data generate', 'Generate puzzles')
    .option('--task <name>', 'sudoku or maze')
    .option('--size <n>', 'Sudoku: 4, 6, 9 or 16 (default: 9); mazes: side (default: 15)')
    .option('--width <n>', 'Width of a maze')
    .option('--height <n>', 'Height of a maze')
    .option('--givens <range>', 'Cells given in a Sudoku, such as 6-8')
    .option('--min-path-length <n>', 'Fewest steps through a maze')
    .option('--train <n>', 'Puzzles to learn from (default: 1000)')
    .option('--test <n>', 'Puzzles held out (default: 200)')
    .option('--seed <n>', 'Seed (default: 0)')
    .option('--out <folder>', 'Folder for the puzzles')
    .option('--json', 'End stdout with one JSON object')
    .example('hrm data generate --task sudoku --size 4 --givens 6-8 --out data/sudoku-4x4')
    .action((options: unknown) => dataGenerate(checkOptions(dataGenerateOptions, options)));
  cli
    .command('data import', 'Turn files of puzzles into a data set')
    .option('--task <name>', 'sudoku or maze')
    .option('--train <file>', 'Puzzles to learn from: the official CSV, or one Sudoku a line')
    .option('--test <file>', 'Puzzles held out')
    .option(
      '--augmentations <n>',
      'Sudoku: equals of each puzzle to add; mazes: any number adds all rotations and mirrors',
    )
    .option('--check <how>', 'Sudoku rows: format, answer (default) or unique')
    .option('--limit <n>', 'Keep the first so many puzzles of each file')
    .option('--seed <n>', 'Seed of the augmentations (default: 0)')
    .option('--out <folder>', 'Folder for the puzzles')
    .option('--json', 'End stdout with one JSON object')
    .example('hrm data import --task sudoku --train train.csv --test test.csv --out data/sudoku')
    .action((options: unknown) => dataImport(checkOptions(dataImportOptions, options)));
  withBackend(cli.command('train <config>', 'Train a model: CONFIG is a preset or a JSON file'))
    .option('--data <folder>', 'Puzzles, as `hrm data` makes them; some configs generate their own')
    .option('--out <folder>', 'Folder of the run')
    .option('--seed <n>', "Seed, in place of the config's")
    .option('--max-steps <n>', 'Stop after so many steps in all')
    .option('--resume', 'Go on from the newest checkpoint in --out')
    .option('--set <key=value>', 'Override the config, such as training.learningRate=1e-3; may repeat')
    .example('hrm train sudoku-4x4-demo --out runs/first')
    .example('hrm train sudoku-extreme-1k --data data/sudoku --out runs/extreme --set training.batchSize=32')
    .action((config: string, options: unknown) => train(String(config), checkOptions(trainOptions, options)));
  withBackend(cli.command('eval', 'Evaluate a run on held-out puzzles'))
    .option('--run <folder>', 'Folder of the run')
    .option('--data <folder>', 'Puzzles (default: those of the run)')
    .option('--split <name>', 'train or test (default: test)')
    .option('--checkpoint <which>', 'newest (default) or best')
    .option('--batch <n>', 'Puzzles at a time')
    .option(
      '--until <when>',
      'both (default); end: run all segments; halted: each puzzle leaves the batch when the model would stop',
    )
    .example('hrm eval --run runs/first --json')
    .action((options: unknown) => evalRun(checkOptions(evalOptions, options)));
  withBackend(cli.command('solve [puzzle]', 'Solve a puzzle, given here or on stdin'))
    .option('--run <folder>', 'Folder of the run')
    .option('--checkpoint <which>', 'newest (default) or best')
    .option('--until <when>', 'end (default): run all segments; halted: stop when the model would')
    .example('hrm solve --run runs/first "1... ..3. .4.. ...2"')
    .action((puzzle: unknown, options: unknown) =>
      solve(puzzle === undefined ? undefined : String(puzzle), checkOptions(solveOptions, options)),
    );
  cli
    .command(
      'import-official <path>',
      'Import a run of the official PyTorch code: a folder with step_N, or a checkpoint',
    )
    .option('--out <folder>', 'Folder of the run')
    .option('--config <file>', 'all_config.yaml, where there is none beside the checkpoint')
    .option('--data <folder>', 'The puzzles of the run')
    .option('--tokens <n>', 'Tokens of a puzzle, where the vocabulary does not tell')
    .option('--json', 'End stdout with one JSON object')
    .example('hrm import-official checkpoints/my-run --out runs/imported')
    .action((path: unknown, options: unknown) =>
      importOfficial(String(path), checkOptions(importOfficialOptions, options)),
    );
  cli
    .command('export-official', 'Write the weights of a run as the official PyTorch code saves them')
    .option('--run <folder>', 'Folder of the run')
    .option('--out <file>', 'The checkpoint to write, such as step_500')
    .option('--checkpoint <which>', 'newest (default) or best')
    .option('--weights <which>', 'averaged (default, where there is an average) or own')
    .option('--json', 'End stdout with one JSON object')
    .example('hrm export-official --run runs/first --out step_500')
    .action((options: unknown) => exportOfficial(checkOptions(exportOfficialOptions, options)));
  withBackend(
    cli.command('residuals', 'Measure whether the recursion of a run settles, as the 1-step gradient supposes'),
  )
    .option('--run <folder>', 'Folder of the run')
    .option('--data <folder>', 'Puzzles (default: those of the run)')
    .option('--checkpoint <which>', 'newest (default) or best')
    .option('--puzzles <n>', 'Held-out puzzles to measure on (default: 16)')
    .option('--segments <n>', 'Segments to run (default: as many as the run allows)')
    .option('--svg <file>', 'Draw the residuals')
    .example('hrm residuals --run runs/first --svg residuals.svg')
    .action((options: unknown) => residuals(checkOptions(residualsOptions, options)));
  withBackend(cli.command('parity [...folders]', 'Replay recorded runs of the official code and compare everything'))
    .example('hrm parity fixtures/parity/hrm-rope --backend wasm')
    .action((folders: unknown[], options: unknown) =>
      parity(folders.map(String), checkOptions(parityOptions, options)),
    );
  withBackend(cli.command('compare', 'Train one small model with every schedule and every halting controller'))
    .option('--schedules <names>', 'Some of the schedules, separated by commas (default: all)')
    .option('--controllers <names>', 'Some of the controllers, separated by commas (default: all)')
    .option('--sizes <sizes>', 'Sudoku of 4, 6 or 4,6 (default: both)')
    .option('--seeds <n>', 'Seeds of each, counted from 0 (default: 3)')
    .option('--steps <n>', "Training steps of each, in place of the size's")
    .option('--out <folder>', 'Folder of the results; a comparison in it goes on')
    .example(
      'hrm compare --schedules one-step-gradient,unrolled --controllers halt-only --sizes 4 --out runs/comparison',
    )
    .action((options: unknown) => compare(checkOptions(compareOptions, options)));
  withBackend(
    cli.command('bench', 'Time training steps and evaluations: at one size, beside PyTorch, or as sizes grow'),
  )
    .option('--against <what>', 'pytorch: run beside the official code, and hold the figures against floors and aims')
    .option(
      '--sizes <names>',
      '--against: some of small, medium, large, medium-evaluation, large-evaluation, wasm (default: all)',
    )
    .option('--rounds <n>', '--against: rounds in which both sides take turns (default: 5)')
    .option('--quick', '--against: two short rounds at the small and the medium size')
    .option('--python <path>', '--against: an interpreter that has torch (default: one set up in the cache)')
    .option('--hrm-checkout <folder>', '--against: a checkout of the official code (default: cloned into the cache)')
    .option('--growth [dimensions]', 'Time a step as batch, tokens, hidden, layers, segments and cycles grow')
    .option('--data', 'Time the puzzles, and what share of a step waits for them')
    .option('--out <folder>', '--against, --growth, --data: write JSON, tables and charts there')
    .option('--hidden <n>', 'Hidden size (default: 128)')
    .option('--layers <n>', 'Blocks in each of f_H and f_L (default: 2)')
    .option('--heads <n>', 'Attention heads (default: 2)')
    .option('--batch <n>', 'Puzzles at a time (default: 32)')
    .option('--tokens <n>', 'Tokens of a puzzle (default: 81)')
    .option('--segments <n>', 'Segments of an evaluation (default: 16)')
    .option('--steps <n>', 'Steps to time, after a warm-up (default: 6)')
    .option('--evaluations <n>', 'Evaluations to time, after a warm-up (default: 2)')
    .example('hrm bench --hidden 128 --layers 2 --heads 2 --batch 128 --tokens 81 --json')
    .example('hrm bench --against pytorch --out runs/performance')
    .action((options: unknown) => bench(checkOptions(benchOptions, options)));
}

/** cac knows commands of one word: `data generate` becomes one. */
function joinCommandWords(argv: readonly string[]): string[] {
  const [first, second, ...rest] = argv;
  if (first !== 'data') return [...argv];
  if (second === 'generate' || second === 'import') return [`data ${second}`, ...rest];
  throw new UsageError(`data: expected \`data generate\` or \`data import\`, got "data ${second ?? ''}"`.trim());
}

/**
 * Refuses what cac would take for something else: it makes objects of `--a.b`, so `--__proto__.x` would reach all of them,
 * and takes the value of a switch for an argument.
 */
function expectPlainFlags(cli: CAC, argv: readonly string[]): void {
  const switches = cli.commands.flatMap(({ options }) => options.filter((option) => option.isBoolean));
  const names = new Set(switches.flatMap((option) => option.names.map(kebab)));
  for (const word of argv) {
    if (word === '--') return;
    const [flag = '', value] = word.split('=', 2);
    if (!/^--./.test(word)) continue;
    if (!/^--[a-z][a-z-]*$/.test(flag)) throw new UsageError(`there is no option ${JSON.stringify(flag)}`);
    // It would take the next word for the value.
    if (value === '') throw new UsageError(`${flag}: expected a value after the =`);
    if (value !== undefined && names.has(flag.slice(2))) throw new UsageError(`${flag} takes no value, got "${value}"`);
  }
}

/** What a person is told of an error: its message, never a stack. */
function report(error: unknown): void {
  const isOfCac = error instanceof Error && error.name === 'CACError';
  const isBadUse = error instanceof UsageError || isOfCac;
  const told = error instanceof Error ? error.message : String(error);
  // cac tells of `--max-steps` as `--maxSteps`.
  const message = isOfCac ? told.replace(/`--\w+`/, kebab) : told;
  process.stderr.write(`hrm: ${message}\n`);
  if (isBadUse) process.stderr.write('See `hrm --help`, or `hrm COMMAND --help`.\n');
  process.exitCode = isBadUse ? BAD_USE : FAILED;
  if (process.env.HRM_DEBUG && error instanceof Error && !(error instanceof FileFormatError)) {
    process.stderr.write(`${error.stack ?? ''}\n`);
  }
}

/**
 * Runs a command line. Sets the exit status: 0, 1 when the work failed, 2 when the command line cannot be, 130 or 143
 * when a signal ended it.
 */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    const cli = cac('hrm');
    describeCommands(cli);
    expectPlainFlags(cli, argv);
    cli.help();
    cli.version(versions.hrm);
    const { args, options } = cli.parse(['node', 'hrm', ...joinCommandWords(argv)], { run: false });
    if (options['help'] || options['version']) return;
    if (!cli.matchedCommand) {
      if (args.length > 0) throw new UsageError(`there is no command "${String(args[0])}"`);
      cli.outputHelp();
      return;
    }
    const surplus = cli.matchedCommand.args.at(-1)?.variadic ? [] : args.slice(cli.matchedCommand.args.length);
    if (surplus.length > 0) throw new UsageError(`"${String(surplus[0])}" is one argument too many`);
    // cac keeps what follows `--` apart under this name.
    delete options['--'];
    await cli.runMatchedCommand();
  } catch (error) {
    report(error);
  }
}
