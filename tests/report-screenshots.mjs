// Trains two small runs with what `npm run build` built, and takes the pictures of their reports in docs/reports:
// `node tests/report-screenshots.mjs`. Set CHROME_PATH if Chromium is elsewhere.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const program = fileURLToPath(new URL('../apps/reference-trainer/dist/hrm.js', import.meta.url));
const pictures = fileURLToPath(new URL('../docs/reports/', import.meta.url));
mkdirSync(pictures, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'hrm-report-screenshots-'));
const hrm = (...args) => {
  const { status } = spawnSync(process.execPath, [program, ...args], { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error(`hrm ${args[0]} ended with ${status}`);
};

const browser = await chromium.launch({
  executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const train = (out, ...sets) =>
    hrm('train', 'sudoku-6x6-candidates', '--out', out, ...sets.flatMap((set) => ['--set', set]));
  train('runs/first', 'training.steps=240', 'training.evaluateEvery=40', 'generate.test=200');
  train('runs/second', 'training.steps=240', 'training.evaluateEvery=40', 'generate.test=200', 'training.seed=1', 'training.learningRate=1e-3'); // prettier-ignore
  hrm('report', 'runs/first', 'runs/second', '--out', 'both.html');
  const take = async (file, name, colorScheme, height, segment) => {
    const tab = await browser.newPage({ viewport: { width: 1120, height }, colorScheme, reducedMotion: 'reduce' });
    await tab.goto(pathToFileURL(join(folder, file)).href);
    await tab.locator('canvas').first().waitFor();
    if (segment !== undefined) await tab.getByRole('slider', { name: 'Segment' }).fill(String(segment));
    // Filling the slider has moved the page there.
    await tab.evaluate(() => {
      document.activeElement.blur();
      scrollTo(0, 0);
    });
    await tab.screenshot({ path: join(pictures, `${name}.png`) });
  };
  await take('runs/first/report.html', 'report', 'light', 1340, 3);
  await take('both.html', 'comparison', 'dark', 900);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
