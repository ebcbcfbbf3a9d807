/** Formats a count with its noun: `1 puzzle`, `2 puzzles`, `1,000 puzzles`. */
export const counted = (count: number, one: string): string =>
  `${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`;
