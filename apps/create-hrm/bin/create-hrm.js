#!/usr/bin/env node
// In the repository, so that an install can link it before dist/ is built. Old versions of Node can parse it.
import { readFileSync } from 'fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const [needed, here] = [engines.node, process.versions.node].map((version) => version.match(/\d+/g).map(Number));
if (here[0] < needed[0] || (here[0] === needed[0] && here[1] < needed[1])) {
  console.error(`create-hrm: Node ${needed.join('.')} or newer is needed, but this is Node ${process.versions.node}.`);
  process.exit(1);
}
import('../dist/create-hrm.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error(`create-hrm: ${error.message}. In a clone, run \`npm run build\` first.`);
  process.exit(1);
});
