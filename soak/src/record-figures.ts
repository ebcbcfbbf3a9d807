import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { soakFolder } from './soak-folder';

const started = new Date();

/** What one long test has found: plain numbers and words, put into docs/reliability.md by `npm run soak -- report`. */
export interface Figures {
  /** Whether all that the test demands was so. */
  readonly held: boolean;
  /** One sentence for the table. */
  readonly summary: string;
  readonly [name: string]: unknown;
}

/** Writes figures/NAME.json, with when, where and how long; a test that did not hold ends with exit status 1. */
export function recordFigures(name: string, figures: Figures): void {
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release().split('-')[0]}`;
  const seconds = Math.round((Date.now() - started.getTime()) / 1000);
  const record = {
    name,
    date: started.toISOString().slice(0, 10),
    machine,
    node: process.version,
    seconds,
    ...figures,
  };
  mkdirSync(join(soakFolder, 'figures'), { recursive: true });
  writeFileSync(join(soakFolder, 'figures', `${name}.json`), `${JSON.stringify(record, null, 2)}\n`);
  console.log(JSON.stringify(record, null, 2));
  if (!figures.held) process.exitCode = 1;
}

let lastTold = 0;

/** Says how far a long test is, every half minute. */
export function tellProgress(text: () => string): void {
  if (Date.now() - lastTold < 30_000) return;
  lastTold = Date.now();
  console.log(`[${Math.round((Date.now() - started.getTime()) / 1000)} s] ${text()}`);
}
