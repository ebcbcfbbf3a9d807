import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPnpm, PnpmNotFoundError } from './pnpm.mjs';
import { runStage, StageError, timeStage } from './stage.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The main file of the command `hrm`. */
export const hrm = join(root, 'apps/reference-trainer/dist/hrm.js');

/** The environment of the tools that stages run. */
const toolSettings = {
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  // `npm --silent` quiets npm, but the output of a failed stage is shown anyway.
  npm_config_loglevel: 'notice',
};

/**
 * Prepares a checkout to run its programs: installs, builds, and sets up native TensorFlow where possible. Steps that
 * were done before are quick.
 *
 * @param {{ native?: boolean }} options `native`: whether to set up native TensorFlow. Default true.
 * @returns the command `pnpm`, for stages to run, with the environment that it needs.
 */
export async function prepare({ native = true } = {}) {
  process.chdir(root);
  const pnpm = await timeStage(
    { title: 'Fetch: pnpm, which installs the rest', cost: 'first time 20 MB; then 1 s' },
    () => findPnpm(),
  );
  const env = { ...toolSettings, PATH: pnpm.path };

  const cost = existsSync(join(root, 'node_modules/.modules.yaml'))
    ? 'installed before: some 2 s'
    : 'about 30 s and 350 MB of disk; needs the network';
  await runStage({
    title: 'Install: the packages that pnpm-lock.yaml names',
    cost,
    // pnpm may replace a node_modules of another store; there is nobody to confirm.
    command: [pnpm.program, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false'],
    env,
  });
  await runStage({
    title: 'Build: the packages and the command hrm',
    cost: existsSync(hrm) ? 'about 40 s for all, nothing for what has not changed' : 'about 40 s and 5 MB',
    command: [pnpm.program, 'build'],
    env,
  });
  if (native) await setUpNative(env);
  return { program: pnpm.program, env };
}

/** Without native TensorFlow everything runs on WebAssembly. One line says so, and why. */
async function setUpNative(env) {
  if (['wasm', 'cpu'].includes(process.env.HRM_BACKEND)) return;
  const title = 'Set up: native TensorFlow, several times faster than WebAssembly';
  const cost = 'first time on this machine: 1 to 3 min, 300 MB to download, 0.9 GB of disk; then 1 s';
  try {
    const output = await runStage({ title, cost, command: [hrm, 'setup', '--or-fall-back', '--json'], env });
    const result = JSON.parse(
      output
        .trimEnd()
        .split('\n')
        .findLast((line) => line.startsWith('{')),
    );
    console.log(`  ${result.message ? `Going on with WebAssembly: ${result.message}` : result.why}`);
  } catch (error) {
    if (!(error instanceof StageError || error instanceof SyntaxError)) throw error;
    const lastLine = error.output?.split(/[\r\n]+/).findLast((line) => line.trim()) ?? error.message;
    console.log(`  Going on with WebAssembly: ${lastLine.trim()}`);
  }
}

/** Prints what went wrong and what is needed. Returns the exit code. */
export function explain(error) {
  if (!(error instanceof StageError || error instanceof PnpmNotFoundError)) throw error;
  console.error(`\n${error.output.trimEnd()}\n\n${error.message}.`);
  const advice = adviceFor(error.output);
  if (advice) console.error(advice);
  return 1;
}

function adviceFor(output) {
  if (/ENOSPC|no space left/i.test(output)) return 'The disk is full: about 2 GB are needed.';
  if (/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ECONNRESET|ENETUNREACH|ENOTCACHED|META_FETCH_FAIL/.test(output)) {
    return "npm's registry cannot be reached. The first run needs the network (or a mirror: `npm config set registry URL`); later ones do not.";
  }
  if (/EACCES|EPERM/.test(output)) return 'A file or folder may not be written: does this checkout belong to you?';
  if (/OUTDATED_LOCKFILE/.test(output))
    return 'pnpm-lock.yaml does not fit a package.json: run `npx pnpm install` (pnpm of this repository) and commit it.';
  return undefined;
}
