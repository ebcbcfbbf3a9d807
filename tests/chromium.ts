import { existsSync } from 'node:fs';

/** Where Debian, Ubuntu, GitHub's runners and macOS have a browser that Playwright can drive. */
const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * The browser to test in: that of `CHROME_PATH`, or one in a usual place, or undefined.
 *
 * @throws Error when `CHROME_PATH` names no file: whoever sets it wants the tests to run.
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { CHROME_PATH } = env;
  if (!CHROME_PATH) return usualPlaces.find((path) => existsSync(path));
  if (existsSync(CHROME_PATH)) return CHROME_PATH;
  throw new Error(`CHROME_PATH is ${CHROME_PATH}, and there is no such file; expected a Chromium or Chrome`);
}
