import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { describeProcessor, type Processor, thisProcessor } from '@hrm/runtime/internal';

/** The machine of a measurement, and its date. */
export interface Machine {
  processor: string;
  /** Features of the processor that decide the speed of matrix products. Absent where the system does not report them. */
  features?: string[];
  cores: number;
  memoryGib: number;
  system: string;
  /** Versions of the libraries that compute, by name. */
  versions: { [name: string]: string };
  /** Settings of the C library's allocator, the same for both sides. */
  allocator: { [name: string]: string };
  /** Cores that were busy with other work just before the measurement. */
  load: number;
  /** ISO 8601. */
  date: string;
}

function distribution(): string | undefined {
  const file = '/etc/os-release';
  if (!existsSync(file)) return undefined;
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readFileSync(file, 'utf8'))?.[1];
}

/** The number of cores that other work keeps busy, over one second in which this process is idle. */
export async function busyCores(): Promise<number> {
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

/** Describes this machine. To be called before the measurement; takes a second. */
export async function thisMachine(): Promise<Machine> {
  const kernel = `${type()} ${release()}`;
  const { name: processor, features } = thisProcessor();
  const name = distribution();
  return {
    processor,
    ...(features && { features }),
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

/** The processor of a machine. */
export const processorOf = ({ processor, features }: Machine): Processor => ({ name: processor, features });

/** The highest load by other work, as a share of all cores, at which measurements are reliable. */
const QUIET = 0.25;

/** A warning if the machine was too busy to measure. */
export const describeLoad = ({ load, cores }: Pick<Machine, 'load' | 'cores'>): string | undefined =>
  load <= QUIET * cores
    ? undefined
    : `Other work kept this machine busy (${load.toFixed(1)} of ${cores} cores): the figures and ratios are not reliable.`;

/** Describes a machine in two lines, with a warning if it was busy. */
export function describeMachine(machine: Machine): string {
  const { cores, memoryGib, system, versions, allocator, date } = machine;
  const warning = describeLoad(machine);
  const settings = Object.entries(allocator).map(([key, value]) => `${key}=${value}`);
  return [
    `${describeProcessor(processorOf(machine))}, ${cores} core${cores === 1 ? '' : 's'}, ${memoryGib} GiB of memory, ${system}`,
    [
      ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
      ...(settings.length > 0 ? [`both sides with ${settings.join(' ')}`] : []),
      date.slice(0, 10),
    ].join(', '),
    ...(warning ? [warning] : []),
  ].join('\n');
}
