import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { findChromium } from './chromium';
import { tinyModel } from './tiny-model';

const hrm = fileURLToPath(new URL('../apps/reference-trainer/bin/hrm.js', import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A run that learns a little of 4x4 Sudoku in seconds, and goes on. */
const config = {
  name: 'watched',
  task: { kind: 'sudoku', size: 4 },
  generate: { train: 60, test: 12, givens: [8, 10], seed: 0 },
  model: { ...tinyModel, halting: { type: 'q-learning', maxSegments: 4, exploration: 0.3 } },
  training: { batchSize: 4, steps: 100_000, learningRate: 1e-3, evaluateEvery: 25, checkpointEvery: 25 },
};

/** What axe-core finds in the page: each rule with the first element that breaks it. Runs in the page. */
async function violations(): Promise<string[]> {
  const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
  const found = await axe.run();
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
}

test(
  'hrm watch follows a training in Chromium, through restarts of either side',
  { timeout: 120_000 },
  async (context) => {
    const executablePath = findChromium();
    if (executablePath === undefined) {
      const message = 'NOT RUN: there is no Chromium. Install one (Debian: apt install chromium), or set CHROME_PATH.';
      process.stderr.write(`browser-watch ${message}\n`);
      return context.skip(message);
    }
    const folder = mkdtempSync(join(tmpdir(), 'hrm-watch-'));
    const children = new Set<ChildProcess>();
    const start = (...args: readonly string[]) => {
      const child = spawn(process.execPath, [hrm, ...args], {
        cwd: folder,
        env: { ...process.env, HRM_BACKEND: 'wasm' },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      children.add(child);
      return child;
    };
    const end = async (child: ChildProcess) => {
      children.delete(child);
      if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    };
    onTestFinished(async () => {
      for (const child of children) await end(child);
      rmSync(folder, { recursive: true, force: true });
    });
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    /** Starts `hrm watch`. @returns the process and the address of its page. */
    const watch = async (port: string) => {
      const child = start('watch', 'run', 'other', '--port', port, '--json');
      const [line] = (await once(child.stdout!, 'data')) as [Buffer];
      return { child, address: (JSON.parse(line.toString()) as { address: string }).address };
    };

    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    onTestFinished(() => browser.close());
    const tab = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    const problems: string[] = [];
    tab.on('pageerror', ({ message }) => problems.push(message));
    // A lost connection is reported there too.
    tab.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('net::ERR')) problems.push(message.text());
    });
    const requests: string[] = [];
    tab.on('request', (request) => requests.push(request.url()));

    let watching = await watch('0');
    const { address } = watching;
    await tab.goto(address);
    const connection = () => expect.poll(() => tab.textContent('.connection'), { timeout: 20_000 });
    const steps = async () => Number((await tab.textContent('.tile:nth-child(3) strong'))!.replace(/\D/g, ''));
    await connection().toBe('Live');
    await expect.poll(() => tab.textContent('.missing')).toBe('There is no run in this folder yet.');

    // The training begins while it is watched.
    let training = start('train', 'config.json', '--out', 'run', '--no-report');
    await expect.poll(steps, { timeout: 30_000 }).toBeGreaterThan(25);
    await expect.poll(() => tab.getByRole('heading', { name: 'Puzzles it fails on' }).count()).toBe(1);
    const slider = tab.getByRole('slider', { name: 'Evaluation' });
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^At step [\d,]+: . (Right|Wrong)$/);
    // Further evaluations solve the same puzzle again, and the page shows the newest answer.
    await expect.poll(() => slider.getAttribute('max').then(Number), { timeout: 20_000 }).toBeGreaterThan(2);
    expect(await slider.inputValue()).toBe(await slider.getAttribute('max'));
    for (const name of ['Learning', 'Learning rate', 'Speed', 'Memory', 'Halting', 'Runs next to each other']) {
      expect(await tab.getByRole('heading', { name, exact: true }).count(), name).toBeGreaterThan(0);
    }

    // The server goes, and another comes.
    await end(watching.child);
    await connection().toMatch(/^No connection/);
    const before = await steps();
    watching = await watch(new URL(address).port);
    await connection().toBe('Live');
    await expect.poll(steps, { timeout: 20_000 }).toBeGreaterThan(before);

    // The training stops, its newest checkpoint is lost, and it goes on from an earlier one.
    await end(training);
    await expect.poll(() => tab.locator('.state.training').count(), { timeout: 10_000 }).toBe(0);
    const metrics = join(folder, 'run/metrics.jsonl');
    const cut = readFileSync(metrics, 'utf8').split('\n').slice(0, 10).join('\n').length + 1;
    truncateSync(metrics, cut);
    await expect.poll(steps).toBe(10);
    rmSync(join(folder, 'run'), { recursive: true });
    await expect.poll(() => tab.textContent('.missing')).toBe('There is no run in this folder yet.');
    training = start('train', 'config.json', '--out', 'run', '--no-report', '--seed', '1');
    await expect.poll(steps, { timeout: 30_000 }).toBeGreaterThan(25);
    expect(existsSync(metrics)).toBe(true);

    for (const [colorScheme, width] of [
      ['light', 1200],
      ['dark', 360],
    ] as const) {
      await tab.emulateMedia({ colorScheme });
      await tab.setViewportSize({ width, height: 800 });
      await tab.evaluate(axeSource);
      expect(await tab.evaluate(violations), `${colorScheme}, ${width} pixels`).toEqual([]);
      await expect
        .poll(() => tab.evaluate(() => document.documentElement.scrollWidth), { timeout: 10_000 })
        .toBeLessThanOrEqual(width);
    }
    expect(problems).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(address) && !url.startsWith('data:'))).toEqual([]);
  },
);
