import type { SudokuSize } from '@hrm/data-sudoku-maze';

/** A puzzle to begin with. */
export interface Sample {
  name: string;
  /** Where it is from, and why it is here. */
  about: string;
  size: SudokuSize;
  text: string;
}

/** Sources: see NOTICE. */
export const samples: readonly Sample[] = [
  { name: '4×4', about: 'A small one, to see every step', size: 4, text: '......4..2..4.1.' },
  { name: '6×6', about: 'Boxes of two rows', size: 6, text: '...2...3..........5..1..6...3..2...4' },
  {
    name: 'Newspaper',
    about: 'An easy one of 30 givens',
    size: 9,
    text: '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79',
  },
  {
    name: '17 clues',
    about: 'As few givens as a Sudoku can have',
    size: 9,
    text: '.......1.4.........2...........5.4.7..8...3....1.9....3..4..2...5.1........8.6...',
  },
  {
    name: 'Extreme',
    about: 'From Sudoku-Extreme, on which HRM was measured',
    size: 9,
    text: '92.3.....1..9....6......4...........21.....9.....84.....4...5.8...2..........6...',
  },
];
