// Measures the built playground (`npm run build`), best on a quiet machine: `node tests/playground-tasks.mjs`.
// Prints when a phone shows the first board, and the longest tasks of the main thread while a model solves, in several
// tries, and while one learns. Processor time of a task is what counts: on a machine that does other work, a task waits.
// Set CHROME_PATH if Chromium is elsewhere.
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const root = fileURLToPath(new URL('../apps/playground', import.meta.url));
/** Lighthouse's phone: a slow 4G connection, and a processor a quarter as fast. */
const phone = {
  latency: 150,
  downloadThroughput: (1.6e6 / 8) * 0.9,
  uploadThroughput: (750e3 / 8) * 0.9,
  offline: false,
};

const server = await preview({ root, logLevel: 'warn', preview: { port: 0 } });
const executablePath = process.env.CHROME_PATH ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const address = server.resolvedUrls.local[0];
try {
  const paints = [];
  for (let visit = 0; visit < 5; visit++) paints.push(await firstBoard());
  console.log(
    `First board on the phone: ${paints.sort((a, b) => a - b).join(', ')} ms, of which the third is the median.`,
  );
  await traced('loading, and a Sudoku', (tab) => settled(tab));
  await traced('eight tries', async (tab) => {
    await tab.getByRole('slider', { name: /^Tries/ }).fill('8');
    await settled(tab);
  });
  await traced('a maze of 30x30', async (tab) => {
    await tab.getByRole('button', { name: 'Maze 30×30' }).click();
    await settled(tab);
  });
  await traced('20 seconds of training', async (tab) => {
    await tab.getByRole('button', { name: 'Train', exact: true }).click();
    await tab.waitForTimeout(20_000);
  });
} finally {
  await browser.close();
  await server.close();
}

/** Milliseconds from the request to the first picture, which has the board. */
async function firstBoard() {
  const context = await browser.newContext({ viewport: { width: 360, height: 780 }, serviceWorkers: 'block' });
  const tab = await context.newPage();
  const devtools = await context.newCDPSession(tab);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', phone);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await tab.goto(address, { waitUntil: 'commit' });
  await tab.waitForFunction(() => document.querySelector('.board') && performance.getEntriesByType('paint').length > 1);
  const time = await tab.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
  await context.close();
  return Math.round(time);
}

/** Waits until the solution has been played. */
async function settled(tab) {
  await tab.waitForTimeout(500);
  await tab.getByRole('button', { name: 'Play', exact: true }).waitFor({ timeout: 60_000 });
}

/** Traces what the main thread does, and prints its longest tasks with what was in them. */
async function traced(name, act) {
  const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  if (!name.startsWith('loading')) {
    await tab.goto(address);
    await settled(tab);
  }
  await browser.startTracing(tab, {
    categories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'],
  });
  if (name.startsWith('loading')) await tab.goto(address);
  await act(tab);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  await tab.close();
  const mains = traceEvents.filter((event) => event.name === 'thread_name' && event.args.name === 'CrRendererMain');
  const ofMain = (event) => mains.some(({ pid, tid }) => event.pid === pid && event.tid === tid);
  const events = traceEvents.filter((event) => event.ph === 'X' && event.tdur !== undefined && ofMain(event));
  const tasks = events.filter(({ name }) => name === 'RunTask').sort((a, b) => b.tdur - a.tdur);
  const long = tasks.filter(({ tdur }) => tdur > 50_000).length;
  console.log(`\n${name}: ${long} of ${tasks.length} tasks take over 50 ms of processor time. The longest:`);
  for (const task of tasks.slice(0, 4)) {
    const inside = events.filter(
      (event) =>
        event !== task &&
        event.pid === task.pid &&
        event.ts >= task.ts &&
        event.ts + event.dur <= task.ts + task.dur &&
        event.tdur > 3000 &&
        !/RunTask$/.test(event.name),
    );
    const parts = inside
      .sort((a, b) => b.tdur - a.tdur)
      .slice(0, 5)
      .map((event) => `${event.name} ${milliseconds(event.tdur)}`);
    console.log(
      `  ${milliseconds(task.tdur)} ms of processor, ${milliseconds(task.dur)} ms in all: ${parts.join(', ')}`,
    );
  }
}

function milliseconds(microseconds) {
  return (microseconds / 1000).toFixed(0);
}
