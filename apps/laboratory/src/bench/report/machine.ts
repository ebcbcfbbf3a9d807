import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { setTimeout } from 'node:timers/promises';

/** What a measurement was made on, and when. */
export interface Machine {
  processor: string;
  cores: number;
  memoryGib: number;
  system: string;
  /** Of everything that computes, by name. */
  versions: { [name: string]: string };
  /** Settings of the C library's allocator that both sides ran with. */
  allocator: { [name: string]: string };
  /** Cores that were busy with something else just before the measurement. */
  load: number;
  /** ISO 8601. */
  date: string;
}

function distribution(): string | undefined {
  const file = '/etc/os-release';
  if (!existsSync(file)) return undefined;
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readFileSync(file, 'utf8'))?.[1];
}

/** Cores that are busy over a second in which this process does nothing. */
async function busyCores(): Promise<number> {
  const sum = () =>
    cpus().reduce(
      ([busy, all], { times: { idle, ...rest } }) => {
        const worked = Object.values(rest).reduce((total, time) => total + time, 0);
        return [busy + worked, all + worked + idle] as const;
      },
      [0, 0] as readonly [number, number],
    );
  const before = sum();
  await setTimeout(1000);
  const after = sum();
  return (cpus().length * (after[0] - before[0])) / Math.max(1, after[1] - before[1]);
}

/** This machine as it is now: ask before the measurement. Takes a second. */
export async function thisMachine(): Promise<Machine> {
  const kernel = `${type()} ${release()}`;
  const name = distribution();
  return {
    processor: cpus()[0]?.model.trim() || process.arch,
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: name ? `${name} (${kernel})` : kernel,
    versions: { Node: process.versions.node },
    allocator: Object.fromEntries(
      Object.entries(process.env).flatMap(([key, value]) => (/^MALLOC_/.test(key) && value ? [[key, value]] : [])),
    ),
    load: await busyCores(),
    date: new Date().toISOString(),
  };
}

/** The most other work, as a share of all cores, that measurements are to be believed beside. */
const QUIET = 0.25;

/** What is wrong with measuring here and now, if anything is. */
export const describeLoad = ({ load, cores }: Machine): string | undefined =>
  load <= QUIET * cores
    ? undefined
    : `Something else was busy on this machine (${load.toFixed(1)} of ${cores} cores): these figures, and ratios too, mean little.`;

/** The same in two lines, and a warning where it was busy. */
export function describeMachine(machine: Machine): string {
  const { processor, cores, memoryGib, system, versions, allocator, date } = machine;
  const warning = describeLoad(machine);
  const settings = Object.entries(allocator).map(([key, value]) => `${key}=${value}`);
  return [
    `${processor}, ${cores} core${cores === 1 ? '' : 's'}, ${memoryGib} GiB of memory, ${system}`,
    [
      ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
      ...(settings.length > 0 ? [`both sides with ${settings.join(' ')}`] : []),
      date.slice(0, 10),
    ].join(', '),
    ...(warning ? [warning] : []),
  ].join('\n');
}
