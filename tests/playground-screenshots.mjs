// Takes the pictures of the playground in docs/playground, and the animation of the README, from what `npm run build` built:
// `node tests/playground-screenshots.mjs`. Set CHROME_PATH if Chromium is elsewhere.
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { preview } from 'vite';

const root = fileURLToPath(new URL('../apps/playground', import.meta.url));
const file = (name) => fileURLToPath(new URL(`../docs/playground/${name}`, import.meta.url));

const server = await preview({ root, logLevel: 'warn', preview: { port: 0 } });
const executablePath = process.env.CHROME_PATH ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  await takeThinking();
  await takeTries();
  await takeMaze();
  await takeLearning();
  await animate();
} finally {
  await browser.close();
  await server.close();
}

async function open(options) {
  const tab = await browser.newPage({ reducedMotion: 'reduce', ...options });
  await tab.goto(server.resolvedUrls.local[0]);
  await tab
    .getByText(/^Solved after segment/)
    .first()
    .waitFor({ timeout: 60_000 });
  await tab.locator('.training').waitFor();
  return tab;
}

function press(tab, name) {
  return tab.getByRole('button', { name, exact: true }).click();
}

/** In the middle of a thought: three segments into a puzzle of 17 givens. */
async function takeThinking() {
  const tab = await open({ viewport: { width: 1120, height: 900 } });
  await press(tab, 'First');
  for (let i = 0; i < 3; i++) await press(tab, 'Step');
  await tab.getByRole('heading', { level: 1 }).click();
  await tab.screenshot({ path: file('thinking.png') });
}

/** Eight tries at a hard puzzle, without halting, in the middle of their thought. */
async function takeTries() {
  const tab = await open({ viewport: { width: 1120, height: 1010 } });
  await tab.getByRole('slider', { name: /^Tries/ }).fill('8');
  await tab.getByLabel('Choose by').selectOption('votes');
  await press(tab, 'Extreme');
  await tab.locator('.try.chosen').waitFor({ timeout: 120_000 });
  await press(tab, 'First');
  for (let i = 0; i < 4; i++) await press(tab, 'Step');
  await tab.getByRole('heading', { level: 1 }).click();
  await tab.screenshot({ path: file('tries.png') });
}

/** A hard maze after its second segment, in the dark. */
async function takeMaze() {
  const tab = await open({ viewport: { width: 1120, height: 900 }, colorScheme: 'dark' });
  await press(tab, 'Maze 30×30');
  await tab
    .getByText(/^Solved after segment/)
    .first()
    .waitFor({ timeout: 60_000 });
  await press(tab, 'First');
  for (let i = 0; i < 2; i++) await press(tab, 'Step');
  await tab.getByRole('heading', { level: 1 }).click();
  await tab.screenshot({ path: file('maze.png') });
}

/** A model that has learned for half a minute, in the dark. */
async function takeLearning() {
  const tab = await open({ viewport: { width: 1120, height: 900 }, colorScheme: 'dark' });
  await press(tab, 'Train');
  await tab.waitForFunction(() => parseInt(document.querySelector('.training dd').textContent) >= 130, undefined, {
    timeout: 300_000,
  });
  await press(tab, 'Stop');
  await tab.getByRole('button', { name: 'Save weights' }).waitFor();
  await tab.locator('.part.low').hover();
  const top = await tab.locator('.explanation').evaluate((card) => card.getBoundingClientRect().top + scrollY - 16);
  const height = await tab.evaluate((from) => document.documentElement.scrollHeight - from - 20, top);
  await tab.screenshot({ path: file('learning.png'), fullPage: true, clip: { x: 0, y: top, width: 1120, height } });
}

/** The board and its timeline as a Sudoku of 17 givens is solved, application by application. */
async function animate() {
  const tab = await open({ viewport: { width: 640, height: 900 }, bypassCSP: true });
  await tab.getByLabel('Inside segments').check();
  await press(tab, 'First');
  await tab.addStyleTag({
    content: '.transport, header, .side, .verdict-row button { display: none } .scrubber { outline: none !important }',
  });
  const panel = tab.locator('.board-panel');
  const slider = tab.getByRole('slider', { name: 'Position in the solution' });
  const frames = [];
  for (;;) {
    await tab.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    frames.push(
      await sharp(await panel.screenshot())
        .resize({ width: 560 })
        .png()
        .toBuffer(),
    );
    const before = await slider.inputValue();
    await slider.press('ArrowRight');
    if ((await slider.inputValue()) === before) break;
  }
  const delay = frames.map((_, i) => (i === 0 ? 1200 : i === frames.length - 1 ? 3500 : 280));
  const { size } = await sharp(frames, { join: { animated: true } })
    .webp({ quality: 72, effort: 6, loop: 0, delay })
    .toFile(file('solving.webp'));
  console.log(`solving.webp: ${frames.length} pictures, ${Math.round(size / 1024)} kB`);
}
