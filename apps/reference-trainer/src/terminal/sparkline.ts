const LEVELS = [...'▁▂▃▄▅▆▇█'];

/** Draws a curve in one line: a character for each value, or for the mean of several, between the least and the most. */
export function sparkline(values: readonly number[], cells: number): string {
  const count = Math.min(cells, values.length);
  const means = Array.from({ length: count }, (_, cell) => {
    const [first, end] = [cell, cell + 1].map((edge) => Math.floor((edge * values.length) / count)) as [number, number];
    return values.slice(first, end).reduce((sum, value) => sum + value, 0) / (end - first);
  });
  const [least, most] = [Math.min(...means), Math.max(...means)];
  return means
    .map((value) => (most > least ? Math.floor(((value - least) / (most - least)) * (LEVELS.length - 0.001)) : 0))
    .map((level) => LEVELS[level] ?? ' ')
    .join('');
}

/** The most values of a history. */
const MOST = 512;

/** Keeps the whole course of a value in little memory: when it is full, it joins neighbours. */
export class History {
  readonly values: number[] = [];
  #perValue = 1;
  #open: number[] = [];

  add(value: number): void {
    if (!Number.isFinite(value)) return;
    this.#open.push(value);
    if (this.#open.length < this.#perValue) return;
    this.values.push(mean(this.#open));
    this.#open = [];
    if (this.values.length < MOST) return;
    const joined = Array.from({ length: MOST / 2 }, (_, i) => mean(this.values.slice(2 * i, 2 * i + 2)));
    this.values.splice(0, MOST, ...joined);
    this.#perValue *= 2;
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
