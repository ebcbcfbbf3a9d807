#!/usr/bin/env node
// Stands in the repository, so that an install links it before dist/ is built. Any Node since 14 reads it far enough to be
// told what it lacks.
import { existsSync, readFileSync } from 'fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const numbers = (version) => version.match(/\d+/g).map(Number);
const [major, minor] = numbers(process.versions.node);
const [leastMajor, leastMinor] = numbers(engines.node);
const program = new URL('../dist/hrm.js', import.meta.url);

if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
  console.error(`hrm: this is Node ${process.versions.node}, and Node ${leastMajor}.${leastMinor} or newer is needed.`);
  process.exit(1);
}
if (!existsSync(program)) {
  console.error('hrm: the command is not built yet: `npm run build` builds it, in the folder of the repository.');
  process.exit(1);
}
try {
  await import(program.href);
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error(`hrm: ${error.message.split(' imported from')[0]}: \`npm run build\` builds what is missing.`);
  process.exit(1);
}
