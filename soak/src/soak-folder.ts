import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where this package lies: figures, tools and bundles are beside its sources. */
export const soakFolder = process.env.SOAK_FOLDER ?? process.cwd();

/** The repository. */
export const repository = join(soakFolder, '..');

/** The command `hrm`, built. */
export const hrmProgram = join(repository, 'apps/reference-trainer/dist/hrm.js');

/** A folder for what one program writes, removed when it ends. */
export function workFolder(): string {
  const folder = mkdtempSync(join(process.env.SOAK_TMP ?? tmpdir(), 'hrm-soak-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  return folder;
}

/** A folder for tools that stay: virtual environments, Jazzer.js. */
export function toolFolder(name: string): string {
  const folder = join(process.env.SOAK_TOOLS ?? join(soakFolder, '.tools'), name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
