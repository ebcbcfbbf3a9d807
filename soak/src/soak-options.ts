import { parseArgs } from 'node:util';

/** Reads `--kills 20` and the like: each option is a number, or a text where its default is one. */
export function soakOptions<const Defaults extends Readonly<Record<string, number | string>>>(
  defaults: Defaults,
): { [Name in keyof Defaults]: Defaults[Name] extends number ? number : string } {
  const flag = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const { values } = parseArgs({
    options: Object.fromEntries(Object.keys(defaults).map((name) => [flag(name), { type: 'string' as const }])),
  });
  const read = Object.entries(defaults).map(([name, usual]) => {
    const given = values[flag(name)] as string | undefined;
    if (given === undefined) return [name, usual];
    if (typeof usual === 'string') return [name, given];
    const value = Number(given);
    if (!Number.isFinite(value) || value < 0)
      throw new RangeError(`--${flag(name)}: expected a number, got "${given}"`);
    return [name, value];
  });
  return Object.fromEntries(read) as ReturnType<typeof soakOptions<Defaults>>;
}
