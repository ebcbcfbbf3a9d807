import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { verifySudoku } from '@hrm/data-sudoku-maze';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { expect, test } from 'vitest';
import { findChromium } from './chromium';

const page = fileURLToPath(new URL('../examples/browser-inference', import.meta.url));
const browserPath = findChromium();
const digits = (text: string | undefined) => Array.from(text ?? '', Number);

test('a CHROME_PATH that is none is an error', () => {
  expect(() => findChromium({ CHROME_PATH: join(page, 'missing') })).toThrow(/CHROME_PATH is .*missing/);
  expect(findChromium({ CHROME_PATH: process.execPath })).toBe(process.execPath);
});

test('the page solves puzzles in a browser', { timeout: 180_000 }, async (context) => {
  if (browserPath === undefined) {
    const message = 'NOT RUN: there is no Chromium. Install one (Debian: apt install chromium), or set CHROME_PATH.';
    process.stderr.write(`examples/browser-inference ${message}\n`);
    return context.skip(message);
  }
  const outDir = mkdtempSync(join(tmpdir(), 'hrm-browser-inference-'));
  await build({ root: page, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
  const server = await preview({ root: page, logLevel: 'warn', build: { outDir }, preview: { port: 0, open: false } });
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  try {
    const tab = await browser.newPage({ viewport: { width: 720, height: 900 } });
    const problems: string[] = [];
    tab.on('pageerror', (error) => problems.push(error.message));
    tab.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await tab.goto(server.resolvedUrls!.local[0]!);
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
    expect(problems).toEqual([]);
    if (process.env.SCREENSHOT) await tab.screenshot({ path: process.env.SCREENSHOT });
  } finally {
    await browser.close();
    await server.close();
    rmSync(outDir, { recursive: true, force: true });
  }
});
