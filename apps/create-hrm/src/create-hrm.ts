import { createProject } from './create-project';

process.exitCode = await createProject(process.argv.slice(2), {
  folder: process.cwd(),
  userAgent: process.env['npm_config_user_agent'],
  isTerminal: Boolean(process.stdin.isTTY && process.stdout.isTTY),
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
});
