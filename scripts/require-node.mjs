// The programs that people run import this first. Any Node since 14 can parse it, and so print this message.
import { readFileSync } from 'fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const numbers = (version) => version.match(/\d+/g).map(Number);
const [major, minor] = numbers(process.versions.node);
const [leastMajor, leastMinor] = numbers(engines.node);

if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
  console.error(`This is Node ${process.versions.node}; HRM needs Node ${leastMajor}.${leastMinor} or newer.`);
  console.error('Get it from https://nodejs.org, or with a version manager: `nvm install 24` or `fnm install 24`.');
  process.exit(1);
}
