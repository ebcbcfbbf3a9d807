import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toolFolder } from './soak-folder';

/** Python with the packages named, in a virtual environment that is made on first use; returns its interpreter. */
export function pythonWith(packages: readonly string[]): string {
  const folder = toolFolder('python');
  const python = join(folder, 'bin/python');
  if (!existsSync(python)) run('python3', ['-m', 'venv', folder]);
  if (spawnSync(python, ['-c', `import ${packages.join(', ')}`]).status !== 0) {
    console.log(`Installing ${packages.join(', ')} with pip, in ${folder}`);
    run(python, ['-m', 'pip', 'install', '-q', ...packages]);
  }
  return python;
}

/** Runs a program to its end and returns what it printed. @throws Error with what it said where it failed. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...options,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return stdout;
  throw new Error(
    `${program} ${args.join(' ')} failed: ${error?.message ?? ''}${stdout.slice(-2000)}${stderr.slice(-2000)}`,
  );
}
