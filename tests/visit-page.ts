import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { build, createServer, preview, type BuildOptions } from 'vite';
import { expect, type TestContext } from 'vitest';
import { findChromium } from './chromium';

const root = fileURLToPath(new URL('..', import.meta.url));

/** How {@link visitPage} goes about it. */
export interface VisitOptions {
  /** Passed to Vite. */
  build?: BuildOptions;
  /** Serve what `npm run build` has built in the page's folder `dist`, instead of building it. */
  isBuilt?: boolean;
  /** Serve the page as it is developed, instead of built. */
  isDeveloped?: boolean;
  /** That the page is served with. */
  headers?: { [name: string]: string };
  /** Processor cores that the page, though not its workers, believes to be there. Default those that are. */
  cores?: number;
  /** The end of the page's address. */
  query?: string;
}

/** What a page is served with so that WebAssembly may use threads. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * Builds a folder's page with Vite, serves it and opens it in Chromium for a test to look at. Fails when the page has an error, in its
 * console too. Where there is no Chromium, says so and skips the test.
 */
export async function visitPage(
  context: TestContext,
  page: string,
  look: (tab: Page, problems: readonly string[]) => Promise<void>,
  { build: buildOptions, isBuilt = false, isDeveloped = false, headers = {}, cores, query = '' }: VisitOptions = {},
): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    const message = 'NOT RUN: there is no Chromium. Install one (Debian: apt install chromium), or set CHROME_PATH.';
    process.stderr.write(`${relative(root, page)} ${message}\n`);
    return context.skip(message);
  }
  const outDir = mkdtempSync(join(tmpdir(), 'hrm-page-'));
  const shared = { root: page, logLevel: 'warn' as const };
  const serving = { port: 0, open: false, headers };
  const develop = async () => {
    const cacheDir = join(outDir, 'vite');
    return (await createServer({ ...shared, cacheDir, server: { ...serving, fs: { strict: false } } })).listen();
  };
  const publish = async () => {
    await build({ ...shared, build: { ...buildOptions, outDir, emptyOutDir: true } });
    return preview({ ...shared, build: { outDir }, preview: serving });
  };
  const serveBuilt = () => preview({ ...shared, preview: { port: 0, open: false } });
  const server = await (isBuilt ? serveBuilt() : isDeveloped ? develop() : publish());
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const tab = await browser.newPage({ viewport: { width: 720, height: 900 } });
    const problems: string[] = [];
    tab.on('pageerror', (error) => problems.push(error.message));
    tab.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    if (cores !== undefined) {
      const devtools = await tab.context().newCDPSession(tab);
      await devtools.send('Emulation.setHardwareConcurrencyOverride', { hardwareConcurrency: cores });
    }
    await tab.goto(server.resolvedUrls!.local[0]! + query);
    await look(tab, problems);
    expect(problems).toEqual([]);
    if (process.env.SCREENSHOT) await tab.screenshot({ path: process.env.SCREENSHOT });
  } finally {
    await browser.close();
    await server.close();
    rmSync(outDir, { recursive: true, force: true });
  }
}
