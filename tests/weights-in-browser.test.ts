import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { visitPage } from './visit-page';

const page = fileURLToPath(new URL('weights-page', import.meta.url));
const heldOut = new URL('../apps/laboratory/held-out/sudoku-9x9/', import.meta.url);

/** The first puzzles of a held-out list. `PUZZLES=50` prints the median time over more of them. */
const count = Number(process.env['PUZZLES'] ?? 2);
const puzzlesOf = (kind: string) =>
  readFileSync(new URL(`${kind}.txt`, heldOut), 'utf8')
    .split('\n')
    .slice(0, count);

test('the shipped model for 9x9 solves puzzles in a browser on wasm', { timeout: 180_000 }, async (context) => {
  for (const kind of ['newspaper', '17-clue']) {
    const puzzles = puzzlesOf(kind);
    const look = async (tab: { title(): Promise<string> }, problems: readonly string[]) => {
      const isDone = async () => problems.length > 0 || (await tab.title()) !== 'waiting';
      await expect.poll(isDone, { timeout: 90_000 }).toBe(true);
      expect(problems).toEqual([]);
      const solved = JSON.parse(await tab.title()) as { valid: boolean; segments: number; seconds: number }[];
      expect(solved.map(({ valid }) => valid)).toEqual(puzzles.map(() => true));
      for (const { segments } of solved) expect(segments).toBeLessThanOrEqual(16);
      if (!process.env['PUZZLES']) return;
      const seconds = solved.map((each) => each.seconds).sort((a, b) => a - b);
      process.stdout.write(`${kind}: median ${seconds[seconds.length >> 1]!.toFixed(3)} s in Chromium\n`);
    };
    await visitPage(context, page, look, {
      build: { target: 'es2022', minify: false },
      query: `?${puzzles.join(',')}`,
    });
  }
});
