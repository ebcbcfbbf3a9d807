import { relative } from 'node:path';

/** The program that runs `npm create` or its like, as it names itself in `npm_config_user_agent`. */
function packageManager(userAgent = ''): 'npm' | 'pnpm' | 'yarn' | 'bun' {
  const name = userAgent.split('/')[0];
  return name === 'pnpm' || name === 'yarn' || name === 'bun' ? name : 'npm';
}

/** A word as shells of POSIX and Windows read it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word.replace(/["$`]/g, '\\$&')}"`;
}

/**
 * What to type after a project was made, a line for each command.
 *
 * @param folders where the user is, and where the project is.
 * @param scripts those of package.json to run, in this order.
 * @param userAgent `npm_config_user_agent`, which names the package manager that was used. Default: npm.
 */
export function nextCommands(
  { from, to }: { from: string; to: string },
  scripts: readonly string[],
  userAgent?: string,
): string[] {
  const manager = packageManager(userAgent);
  const path = relative(from, to);
  // `bun test` would be Bun's own test runner.
  const run = (script: string) => (script === 'test' && manager !== 'bun' ? script : `run ${script}`);
  return [
    ...(path === '' ? [] : [`cd ${quoted(path)}`]),
    `${manager} install`,
    ...scripts.map((script) => `${manager} ${run(script)}`),
  ];
}
