/** The cell that a key leads to; undefined for a key that does not move. */
export function cellAfterKey(
  key: string,
  cell: number,
  { width, height }: { width: number; height: number },
): number | undefined {
  const [row, column] = [Math.floor(cell / width), cell % width];
  const steps: Record<string, [row: number, column: number]> = {
    ArrowUp: [Math.max(0, row - 1), column],
    ArrowDown: [Math.min(height - 1, row + 1), column],
    ArrowLeft: [row, Math.max(0, column - 1)],
    ArrowRight: [row, Math.min(width - 1, column + 1)],
    Home: [row, 0],
    End: [row, width - 1],
  };
  const next = steps[key];
  return next && next[0] * width + next[1];
}
