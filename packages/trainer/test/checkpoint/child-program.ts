import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

/**
 * Makes one JavaScript file of a program beside this file and of the sources it uses; returns its path.
 *
 * @param packages the folder of the packages; by default where this file lies in it, which a bundle does not.
 */
export async function bundleProgram(
  name: string,
  outDir: string,
  packages = fileURLToPath(new URL('../../..', import.meta.url)),
): Promise<string> {
  await build({
    entry: [join(packages, 'trainer/test/checkpoint', `${name}.ts`)],
    outDir,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    config: false,
    silent: true,
    dts: false,
    noExternal: [/^@hrm\//],
    esbuildOptions: (options) => {
      options.alias = Object.fromEntries(
        readdirSync(packages).map((folder) => [`@hrm/${folder}`, join(packages, folder, 'src')]),
      );
    },
  });
  return join(outDir, `${name}.mjs`);
}

/** How a child process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

/** Starts a program; `onOutput` hears what it prints as it comes. */
export function startProgram(path: string, args: readonly string[], onOutput?: (text: string) => void) {
  const child: ChildProcess = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout!.on('data', (data: Buffer) => {
    output += data.toString();
    onOutput?.(data.toString());
  });
  child.stderr!.on('data', (data: Buffer) => (errors += data.toString()));
  const ending = new Promise<Ending>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, output, errors }));
  });
  return { child, ending };
}
