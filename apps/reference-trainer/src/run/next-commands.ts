import { formatSudoku, generateSudokuPuzzles } from '@hrm/data-sudoku-maze';
import type { RunConfig } from '../config/run-config';
import { printedCommand } from '../command-line/printed-command';

/** A puzzle on one line, to be typed; undefined if there is none. */
function typedPuzzle({ task, generate }: RunConfig): string | undefined {
  if (task.kind !== 'sudoku' || task.size === 16) return undefined;
  const givens = generate?.givens;
  const [puzzle] = generateSudokuPuzzles({ size: task.size, count: 1, seed: 0, ...(givens && { givens }) });
  return formatSudoku(puzzle!.question);
}

/** Commands to use a run with. They can be copied and run as they are. */
export function nextCommands(run: string, config: RunConfig, { hasPuzzles }: { hasPuzzles: boolean }): string[] {
  const puzzle = typedPuzzle(config);
  return [
    ...(hasPuzzles ? [printedCommand('eval', '--run', run)] : []),
    ...(puzzle === undefined ? [] : [printedCommand('solve', '--run', run, puzzle)]),
    ...(hasPuzzles || puzzle !== undefined ? [] : [printedCommand('eval', '--help')]),
  ];
}

/** Commands to try after `hrm demo`. */
export const commandsAfterDemo = (run: string): string[] => [
  printedCommand('solve', '--run', run, '1...  ..3.  .4..  ...2'),
  printedCommand('eval', '--run', run),
  printedCommand(
    ...['train', 'sudoku-4x4-demo', '--out', 'runs/attention'],
    ...['--set', 'model.block={"type":"attention","heads":4}', '--set', 'model.positions=grid-rope'],
  ),
  printedCommand('--help'),
];
