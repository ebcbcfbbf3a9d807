import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { expect, test } from 'vitest';
import { findChromium } from './chromium';

const page = fileURLToPath(new URL('wasm-page', import.meta.url));
const browserPath = findChromium();
/** What a page needs so that WebAssembly may use threads. */
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

test.for([
  { name: 'one thread', headers: {} },
  { name: 'threads', headers: isolation },
])('useFasterWasmKernels in a browser, $name', { timeout: 120_000 }, async ({ headers }, context) => {
  if (browserPath === undefined) {
    const message = 'NOT RUN: there is no Chromium. Install one (Debian: apt install chromium), or set CHROME_PATH.';
    process.stderr.write(`tests/wasm-page ${message}\n`);
    return context.skip(message);
  }
  const outDir = mkdtempSync(join(tmpdir(), 'hrm-wasm-page-'));
  // Not minified: the backend starts its threads from the text of a function, which would miss what it was shortened to.
  await build({ root: page, logLevel: 'warn', build: { outDir, emptyOutDir: true, target: 'es2022', minify: false } });
  const server = await preview({
    root: page,
    logLevel: 'warn',
    build: { outDir },
    preview: { port: 0, open: false, headers },
  });
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  try {
    const tab = await browser.newPage();
    const problems: string[] = [];
    tab.on('pageerror', (error) => problems.push(error.message));
    tab.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    await tab.goto(server.resolvedUrls!.local[0]!);
    await expect
      .poll(async () => problems.length > 0 || (await tab.title()) !== 'waiting', { timeout: 60_000 })
      .toBe(true);
    expect(problems).toEqual([]);
    const expected = [
      { shape: [64, 5, 3], sum: 64 * 5 * 3 * 7 },
      { shape: [12, 20], sum: 4 * 1770 },
    ];
    expect(JSON.parse(await tab.title())).toEqual({
      inPlace: true,
      before: expected,
      after: expected,
      isolated: headers === isolation,
    });
  } finally {
    await browser.close();
    await server.close();
    rmSync(outDir, { recursive: true, force: true });
  }
});
