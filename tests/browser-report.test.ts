import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { expect, test, type TestContext } from 'vitest';
import { findChromium } from './chromium';
import { findViolations } from './find-violations';
import { tinyModel } from './tiny-model';

const program = fileURLToPath(new URL('../apps/reference-trainer/dist/hrm.js', import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

function hrm(...args: readonly string[]): void {
  const env = { ...process.env, HRM_BACKEND: 'wasm' };
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', env });
  expect(status, stderr).toBe(0);
}

/** A run of a few steps. */
const config = (name: string, task: object, generate: object) => ({
  name,
  task,
  generate: { train: 20, test: 16, seed: 0, ...generate },
  model: { ...tinyModel, halting: { type: 'q-learning', maxSegments: 4, exploration: 0.3 } },
  training: { batchSize: 4, steps: 6, learningRate: 1e-3, evaluateEvery: 3 },
});

/** Opens a file in Chromium, from the disk, as its reader does. Fails for anything in the console, and any request. */
async function visitFile(context: TestContext, path: string, look: (tab: Page) => Promise<void>): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === undefined) return context.skip('NOT RUN: there is no Chromium; set CHROME_PATH');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const tab = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
    const problems: string[] = [];
    tab.on('pageerror', (error) => problems.push(error.message));
    tab.on('console', (message) => problems.push(message.text()));
    tab.on('request', (request) => !/^(file|data):/.test(request.url()) && problems.push(request.url()));
    await tab.goto(pathToFileURL(path).href);
    await look(tab);
    expect(problems).toEqual([]);
  } finally {
    await browser.close();
  }
}

/** In the dark, on a narrow screen, and in the light: nothing sticks out, and axe-core finds nothing. */
async function expectAccessible(tab: Page): Promise<void> {
  for (const [colorScheme, width] of [['dark', 360] as const, ['light', 1280] as const]) {
    await tab.setViewportSize({ width, height: 800 });
    await tab.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Charts follow the width a moment later.
    await expect.poll(() => tab.evaluate(() => document.documentElement.scrollWidth), { timeout: 10_000 }).toBe(width);
    // By the tools of the browser: the page's own policy runs no script of others.
    await tab.evaluate(axeSource);
    expect(await tab.evaluate(findViolations)).toEqual([]);
  }
}

test('a report shows a run, plays its puzzles, and compares several', { timeout: 180_000 }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'hrm-browser-report-'));
  try {
    const train = (name: string, task: object, generate: object) => {
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(config(name, task, generate)));
      hrm('train', join(folder, `${name}.json`), '--out', join(folder, name));
    };
    train('sudoku', { kind: 'sudoku', size: 4 }, { givens: [8, 10] });
    train('sums', { kind: 'addition', digits: 2 }, {});

    await visitFile(context, join(folder, 'sudoku', 'report.html'), async (tab) => {
      expect(await tab.getByRole('heading', { level: 1 }).textContent()).toContain('sudoku');
      expect(await tab.locator('.chart canvas').count()).toBeGreaterThanOrEqual(6);
      const board = tab.locator('.boards svg').first();
      const slider = tab.getByRole('slider', { name: 'Segment' });
      expect(await tab.locator('.picker button').count()).toBe(12);
      expect(await board.getAttribute('aria-label')).toMatch(/after segment 4$/);
      // By keyboard: back to the question, and one segment on.
      await slider.focus();
      await tab.keyboard.press('Home');
      const question = await board.getAttribute('data-cells');
      expect(question).toMatch(/^[1-4]{0,4}(\/[1-4]{0,4}){3}$/);
      await tab.keyboard.press('ArrowRight');
      expect(await slider.getAttribute('aria-valuetext')).toMatch(/^After segment 1: /);
      expect(await board.getAttribute('data-cells')).not.toBe(question);
      await tab.getByRole('button', { name: 'Play' }).click();
      await expect.poll(() => slider.inputValue(), { timeout: 10_000 }).toBe('4');
      // Values under the pointer.
      await tab.locator('.chart .u-over').first().hover();
      await expect.poll(() => tab.locator('.legend .at').first().textContent()).toMatch(/^Step \d$/);
      await tab.mouse.move(0, 0);
      await tab.getByText('All values').click();
      await expectAccessible(tab);
      await tab.getByRole('button', { name: 'Dark' }).click();
      expect(await tab.evaluate(() => document.documentElement.dataset.theme)).toMatch(/^(dark|light)$/);
    });

    const both = join(folder, 'both.html');
    hrm('report', join(folder, 'sudoku'), join(folder, 'sums'), '--out', both);
    await visitFile(context, both, async (tab) => {
      expect(await tab.locator('.figures tbody tr').count()).toBe(2);
      expect(await tab.getByRole('region', { name: 'Table of what differs' }).textContent()).toContain('task.kind');
      await tab.getByRole('button', { name: 'sums' }).click();
      expect(await tab.locator('.boards pre').first().textContent()).toMatch(/\d\d\+\d\d/);
      await expectAccessible(tab);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
