import { gatherJson, type Communicator } from '@hrm/distributed';

/** Sums by name, nested. */
export type Sums = { [name: string]: number | number[] | Sums };

const isSums = (value: unknown): value is Sums => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Adds sums to others. Names that only one of them has are kept. */
function addSums(sofar: Sums, further: Sums): void {
  for (const [name, value] of Object.entries(further)) {
    const before = sofar[name];
    if (isSums(value)) addSums((sofar[name] = isSums(before) ? before : {}), value);
    else if (Array.isArray(value))
      sofar[name] = value.map((one, i) => one + ((before as number[] | undefined)?.[i] ?? 0));
    else sofar[name] = value + ((before as number | undefined) ?? 0);
  }
}

/** JSON has no infinite numbers. */
const toText = (_: string, value: unknown) =>
  typeof value === 'number' && !Number.isFinite(value) ? `${value}` : value;
const fromText = (_: string, value: unknown) => (typeof value === 'string' ? Number(value) : value);

/** Adds up the sums of all ranks, in their order. Ranks without puzzles may have fewer names. */
export async function sumOfRanks<T extends object>(communicator: Communicator | undefined, own: T): Promise<T> {
  if (!communicator || communicator.size === 1) return own;
  const total: Sums = {};
  for (const text of await gatherJson(communicator, JSON.stringify(own, toText))) {
    addSums(total, JSON.parse(text, fromText) as Sums);
  }
  return total as T;
}
