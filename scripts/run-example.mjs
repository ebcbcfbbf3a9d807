import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

// `node scripts/run-example.mjs by-hand`: runs examples/by-hand.ts on the built packages. (Node 22.18 and later can run
// it as it is; 20 cannot.)

const folder = fileURLToPath(new URL('../examples', import.meta.url));
/** All programs except the page, which needs a browser. */
const names = readdirSync(folder, { recursive: true })
  .filter((file) => file.endsWith('.ts') && !/(^|[\\/])(node_modules|dist|main\.ts)/.test(file))
  .map((file) => file.slice(0, -3).replaceAll('\\', '/'));
const [name, ...args] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`Which example? node scripts/run-example.mjs ${names.join(' | ')}`);
  process.exit(2);
}
if (!existsSync(new URL('../packages/runtime/dist/index.js', import.meta.url))) {
  console.error('The packages are not built yet: `npm run build`, or `npm start` once.');
  process.exit(1);
}

const source = readFileSync(join(folder, `${name}.ts`), 'utf8');
const { outputText } = ts.transpileModule(source, {
  compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, inlineSourceMap: true },
  fileName: `../${name}.ts`,
});
const program = join(folder, 'dist', `${name}.js`);
mkdirSync(dirname(program), { recursive: true });
writeFileSync(program, outputText);
process.argv.splice(1, process.argv.length, program, ...args);
await import(pathToFileURL(program).href);
