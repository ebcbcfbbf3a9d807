import { printedCommand } from '../command-line/printed-command';

/** Characters of the longest puzzle that is typed. */
const TYPED = 100;

/**
 * Commands to use a run with. They can be copied and run as they are.
 *
 * @param puzzle a puzzle as text, to solve.
 */
export function nextCommands(
  run: string,
  { hasPuzzles, puzzle }: { hasPuzzles: boolean; puzzle: string | undefined },
): string[] {
  const isTyped = puzzle !== undefined && !['', '-'].includes(puzzle.trim()) && puzzle.length <= TYPED;
  // After `--`, a puzzle that begins with `-` is no option.
  const typed = isTyped ? [...(puzzle.startsWith('-') ? ['--'] : []), puzzle] : undefined;
  return [
    ...(hasPuzzles ? [printedCommand('eval', '--run', run)] : []),
    ...(typed === undefined ? [] : [printedCommand('solve', '--run', run, ...typed)]),
    ...(hasPuzzles || typed !== undefined ? [] : [printedCommand('eval', '--help')]),
  ];
}

/** Commands to try after `hrm demo`. */
export const commandsAfterDemo = (run: string): string[] => [
  printedCommand('solve', '--run', run, '1...  ..3.  .4..  ...2'),
  printedCommand('eval', '--run', run),
  printedCommand('report', run),
  printedCommand(
    ...['train', 'sudoku-4x4-demo', '--out', 'runs/attention'],
    ...['--set', 'model.block={"type":"attention","heads":4}', '--set', 'model.positions=grid-rope'],
  ),
  printedCommand('--help'),
];
