import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { verifySudoku } from '@hrm/data-sudoku-maze';
import { expect, test } from 'vitest';
import { findChromium } from './chromium';
import { visitPage } from './visit-page';

const page = fileURLToPath(new URL('../examples/browser-inference', import.meta.url));
const digits = (text: string | undefined) => Array.from(text ?? '', Number);

test('a CHROME_PATH that is none is an error', () => {
  expect(() => findChromium({ CHROME_PATH: join(page, 'missing') })).toThrow(/CHROME_PATH is .*missing/);
  expect(findChromium({ CHROME_PATH: process.execPath })).toBe(process.execPath);
});

test('the page solves puzzles in a browser', { timeout: 180_000 }, (context) =>
  visitPage(context, page, async (tab) => {
    const board = tab.locator('#board');
    const asked = new Set<string>();
    for (let puzzle = 0; puzzle < 3; puzzle++) {
      if (puzzle > 0) await tab.click('#next');
      await expect.poll(() => tab.textContent('#status'), { timeout: 30_000 }).toContain('are given');
      const question = (await board.getAttribute('data-question'))!;
      await tab.click('#solve');
      await expect.poll(() => tab.textContent('#status'), { timeout: 60_000 }).toMatch(/^Solved in \d segments\.$/);
      const answer = digits((await board.getAttribute('data-answer'))!);
      expect(verifySudoku(digits(question), answer)).toMatchObject({ valid: true });
      expect((await board.locator('text').allTextContents()).map(Number)).toEqual(answer);
      expect(await tab.locator('#thoughts figure').count()).toBeGreaterThan(1);
      asked.add(question);
    }
    expect(asked.size).toBe(3);
  }),
);
