import { parseMaze, parseSudoku } from '@hrm/data-sudoku-maze';
import { type Puzzle, sudokuOf } from './puzzle';

/** A puzzle to begin with. */
export interface Sample {
  name: string;
  /** Where it is from, and why it is here. */
  about: string;
  puzzle: Puzzle;
}

const sudoku = (name: string, about: string, text: string): Sample => ({
  ...{ name, about },
  puzzle: sudokuOf(parseSudoku(text)),
});
const maze = (name: string, about: string, rows: readonly string[]): Sample => ({
  ...{ name, about },
  puzzle: { kind: 'maze', ...parseMaze(rows.join('\n')) },
});

/** Sources: see NOTICE. */
export const samples: readonly Sample[] = [
  sudoku('4×4', 'A small one, to see every step', '......4..2..4.1.'),
  sudoku('6×6', 'Boxes of two rows', '...2...3..........5..1..6...3..2...4'),
  sudoku(
    'Newspaper',
    'An easy one of 30 givens',
    '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79',
  ),
  sudoku(
    '17 clues',
    'As few givens as a Sudoku can have',
    '.......1.4.........2...........5.4.7..8...3....1.9....3..4..2...5.1........8.6...',
  ),
  sudoku(
    'Extreme',
    'From Sudoku-Extreme, on which HRM was measured',
    '92.3.....1..9....6......4...........21.....9.....84.....4...5.8...2..........6...',
  ),
  maze(
    'Maze 14×14',
    'A small one, with a path of 34 steps or more',
    // prettier-ignore
    [
      '#S  #      ## ',
      '  ##   #  #  #',
      ' #   ###   #  ',
      '    # # # ### ',
      '  ###     #  #',
      '  #     ###   ',
      '  #  #  ## ## ',
      '    #   #  ## ',
      '  # #    #   G',
      ' ####    #    ',
      '  # # ##  #   ',
      ' #  #  #   # #',
      '# ##   #   #  ',
      '#   #   ##   #',
    ],
  ),
  maze(
    'Maze 30×30',
    'From Maze-30x30-Hard, on which HRM was measured',
    // prettier-ignore
    [
      '   #  #   # #######  #        ',
      '# # #           #  #  #  #   #',
      '      #       # #       # ## #',
      ' # #  #  # # ## #    #  #    #',
      '            ### #      ##   #G',
      '      # # ####        # # #   ',
      '# # ####       # # #     ##   ',
      '  # # #   #   # ##  #     # ##',
      ' ## #   # #      #   ###    # ',
      '##  ##   # ###  ## ## # #   # ',
      ' ##   # #  ##     ####   # ###',
      '      ##  ### # # ####  ### # ',
      '    # # # #  ### ##  #   #   #',
      ' #     #  #    ##### ##  # #  ',
      '  # # #   ####     ####   # # ',
      '   #    ###         #   #     ',
      '    #    #  ##    #    ## ##  ',
      ' # #  ## ##       ##  #   #   ',
      '        # #  ###   # #   #  # ',
      '  ####   # ##  #   #  # ##  ##',
      '#   # ##  #  # ##   ###    ###',
      '###  ###  ## #  # S #   ## #  ',
      '##        # # #  ###   ##     ',
      ' ###  # #  #   ###       ###  ',
      ' # # #     #       #      # # ',
      '  ####      #     ## #  ##   #',
      '  #     # ##   #   # # # ## # ',
      '   #    # # # ### #   # #  ###',
      '         #    ###   # # #    #',
      '#   #  #   #  #     #  #      ',
    ],
  ),
];

/** The puzzle of a fresh page. */
export const firstPuzzle = samples[3]!.puzzle;

/** A sample of a kind; of this size, if there is one. */
export function sampleFor({ kind, width }: { kind: Puzzle['kind']; width: number }): Puzzle {
  const ofKind = samples.map(({ puzzle }) => puzzle).filter((puzzle) => puzzle.kind === kind);
  return ofKind.find((puzzle) => puzzle.width === width) ?? ofKind[0]!;
}
