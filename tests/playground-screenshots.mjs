// Takes the pictures of the playground in docs/playground, from what `npm run build` built:
// `node tests/playground-screenshots.mjs`. Set CHROME_PATH if Chromium is elsewhere.
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const root = fileURLToPath(new URL('../apps/playground', import.meta.url));
const file = (name) => fileURLToPath(new URL(`../docs/playground/${name}.png`, import.meta.url));

const server = await preview({ root, logLevel: 'warn', preview: { port: 0 } });
const executablePath = process.env.CHROME_PATH ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const address = server.resolvedUrls.local[0];
  const open = async (options) => {
    const tab = await browser.newPage({ reducedMotion: 'reduce', ...options });
    await tab.goto(address);
    await tab.getByText(/^Solved after segment/).waitFor({ timeout: 60_000 });
    return tab;
  };

  // In the middle of a thought: three segments into a puzzle of 17 givens.
  const desk = await open({ viewport: { width: 1120, height: 945 } });
  await desk.getByRole('button', { name: 'First', exact: true }).click();
  for (let i = 0; i < 3; i++) await desk.getByRole('button', { name: 'Step', exact: true }).click();
  await desk.getByRole('heading', { level: 1 }).click();
  await desk.screenshot({ path: file('thinking') });

  // A model that has learned for half a minute, in the dark.
  const night = await open({ viewport: { width: 1120, height: 900 }, colorScheme: 'dark' });
  await night.getByRole('button', { name: 'Train', exact: true }).click();
  await night.waitForFunction(() => parseInt(document.querySelector('.training dd').textContent) >= 130, undefined, {
    timeout: 300_000,
  });
  await night.getByRole('button', { name: 'Stop' }).click();
  await night.getByRole('button', { name: 'Save weights' }).waitFor();
  await night.locator('.part.low').hover();
  const top = await night.locator('.explanation').evaluate((card) => card.getBoundingClientRect().top + scrollY - 16);
  const height = await night.evaluate((from) => document.documentElement.scrollHeight - from - 20, top);
  await night.screenshot({ path: file('learning'), fullPage: true, clip: { x: 0, y: top, width: 1120, height } });
} finally {
  await browser.close();
  await server.close();
}
