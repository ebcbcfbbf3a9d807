import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

// `npm run soak -- NAME [--option value]...`: a test of reliability at length. Each program in programs/ is one, and says in its
// head what it does and which options it has; `npm run soak` alone lists them. Needs the packages built (`npm run build`).

const folder = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(join(folder, 'programs')).map((file) => file.replace(/\.ts$/, ''));
const [name = '', ...args] = process.argv.slice(2);

if (!names.includes(name)) {
  console.log(
    `npm run soak -- NAME [--option value]...\n\nNAME: ${names.join(', ')}\nEach writes figures/NAME.json; report puts them into docs/reliability.md.`,
  );
  process.exit(name === '' || name === '--help' ? 0 : 2);
}
if (!existsSync(join(folder, '../apps/reference-trainer/dist/hrm.js'))) {
  console.error('soak: the packages are not built; run `npm run build` first');
  process.exit(1);
}

// One file of each program; what it imports by name stays where it is installed.
await build({
  entry: [join(folder, 'programs', `${name}.ts`)],
  outDir: join(folder, 'dist'),
  format: 'esm',
  target: 'node20',
  config: false,
  silent: true,
  dts: false,
  clean: false,
  // What is imported from a test or an app beside us brings its own dependencies.
  external: ['tsup', 'fast-check', /^@hrm\//, /^@tensorflow\//],
  noExternal: ['zod', 'commander', 'fastest-levenshtein', 'yaml', 'es-module-lexer'],
  banner: {
    js: "import { createRequire as soakRequire } from 'node:module'; const require = soakRequire(import.meta.url);",
  },
});
const child = spawn(process.execPath, ['--expose-gc', join(folder, 'dist', `${name}.js`), ...args], {
  stdio: 'inherit',
  env: { ...process.env, SOAK_FOLDER: folder },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('close', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
