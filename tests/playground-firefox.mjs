// Opens the built playground (`npm run build`) in Firefox, which solves, walks a maze and trains there:
// `node --experimental-websocket tests/playground-firefox.mjs`; Node 22 needs no flag. Set FIREFOX_PATH if Firefox is
// elsewhere. It speaks WebDriver BiDi itself: Playwright asks Firefox ESR for commands that it does not know.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preview } from 'vite';

const root = fileURLToPath(new URL('../apps/playground', import.meta.url));
const server = await preview({ root, logLevel: 'warn', preview: { port: 0 } });
const profile = mkdtempSync(join(tmpdir(), 'hrm-firefox-'));
const options = ['--headless', '--remote-debugging-port', '0', '--profile', profile, '--no-remote', 'about:blank'];
const firefox = spawn(process.env.FIREFOX_PATH ?? 'firefox-esr', options, { stdio: ['ignore', 'ignore', 'pipe'] });
const problems = [];
try {
  const send = await connect(await addressOf(firefox));
  await send('session.new', { capabilities: {} });
  await send('session.subscribe', { events: ['log.entryAdded'] });
  const { contexts } = await send('browsingContext.getTree', {});
  const [{ context }] = contexts;
  await send('browsingContext.activate', { context });
  await send('browsingContext.navigate', { context, url: server.resolvedUrls.local[0], wait: 'complete' });
  const read = async (expression) => {
    const { result } = await send('script.evaluate', { expression, target: { context }, awaitPromise: true });
    return result?.value;
  };
  const press = (name) =>
    read(`[...document.querySelectorAll('button')].find((b) => b.textContent === '${name}').click()`);
  /** Waits for an element whose text begins so. */
  const expectText = async (selector, beginning) => {
    for (const end = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
      const text = await read(`document.querySelector('${selector}')?.textContent`);
      if (text && beginning.test(text)) return console.log(`${selector}: ${text}`);
      if (Date.now() > end) throw new Error(`${selector} is ${JSON.stringify(text)}, expected ${beginning}`);
    }
  };
  await expectText('.verdict', /^Solved after segment/);
  await press('Maze 14×14');
  await expectText('.verdict', /^(Segment|Halts|Thinking)/);
  await expectText('.verdict', /^Solved after segment/);
  await expectText('.announcer', /^(Segment|Solved)/);
  await press('Train');
  await expectText('.training dd', /^([3-9]|\d\d+) of 200/);
  if (problems.length > 0) throw new Error(`The console has errors:\n${problems.join('\n')}`);
  console.log('Firefox solves, walks a maze, and trains.');
} finally {
  firefox.kill();
  await server.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
process.exit();

/** The address that Firefox listens at; it writes it to stderr. */
function addressOf({ stderr }) {
  let text = '';
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`Firefox did not start: ${text}`)), 60_000);
    stderr.on('data', (chunk) => {
      text += chunk;
      const found = /WebDriver BiDi listening on (ws:\S+)/.exec(text);
      if (found) resolve(`${found[1]}/session`);
    });
  });
}

/** A function that sends a command, and returns its result. */
async function connect(address) {
  const socket = new WebSocket(address);
  const waiting = new Map();
  socket.onmessage = ({ data }) => {
    const { id, type, result, error, message, method, params } = JSON.parse(data);
    if (method === 'log.entryAdded' && params.level === 'error') problems.push(params.text);
    const { resolve, reject } = waiting.get(id) ?? {};
    if (type === 'success') resolve?.(result);
    else if (type === 'error') reject?.(new Error(`${error}: ${message}`));
  };
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
  return (method, params) => {
    const id = waiting.size + 1;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  };
}
