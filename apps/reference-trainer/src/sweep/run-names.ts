import { createHash } from 'node:crypto';
import type { Settings, SettingValue, Sweep } from './sweep-config';

/** The longest name. Systems allow 255 bytes. */
const LONGEST_NAME = 120;
/** The longest text of a value in a name. */
const LONGEST_VALUE = 40;

/** The values of a key as parts of a name. Different values get different texts. */
function labelsOf(values: readonly SettingValue[]): string[] {
  const labels: string[] = [];
  for (const value of values) {
    // A part such as { "type": "mixer", "expansion": 1 } has a type.
    const isPart = typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
    const text = value === null ? 'none' : isPart ? String(value.type) : typeof value === 'string' ? value : JSON.stringify(value); // prettier-ignore
    const plain = text.replace(/[^\w.+-]+/g, '-').replace(/^-(?!\d)|-$/g, '').slice(0, LONGEST_VALUE) || 'empty'; // prettier-ignore
    let label = plain;
    // Some file systems ignore case.
    const isTaken = () => labels.some((other) => other.toLowerCase() === label.toLowerCase());
    for (let count = 2; isTaken(); count++) label = `${plain}-${count}`;
    labels.push(label);
  }
  return labels;
}

/** Short names of keys: the last word, or all of them where two keys share it. */
function shortKeys(keys: readonly string[]): Map<string, string> {
  const last = (key: string) => key.slice(key.lastIndexOf('.') + 1);
  const isShared = (key: string) => keys.some((other) => other !== key && last(other) === last(key));
  return new Map(keys.map((key) => [key, isShared(key) ? key : last(key)]));
}

/** The values without repetitions. */
const distinct = (values: readonly SettingValue[]): SettingValue[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

/**
 * Returns the function that names the settings of a run, such as `learningRate=0.001,block=mixer`. Different settings of
 * the sweep get different names, also where case does not count. No settings get an empty name.
 */
export function groupNames({ grid, list = [{}] }: Pick<Sweep, 'grid' | 'list'>): (settings: Settings) => string {
  const keys = [...new Set([...list.flatMap((entry) => Object.keys(entry)), ...Object.keys(grid)])];
  const short = shortKeys([...keys, 'training.seed']);
  const valuesOf = (key: string) =>
    Object.hasOwn(grid, key)
      ? grid[key]!
      : distinct(list.flatMap((entry) => (Object.hasOwn(entry, key) ? [entry[key]!] : [])));
  const labels = new Map(
    keys.map((key) => {
      const values = valuesOf(key);
      const texts = labelsOf(values);
      return [key, new Map(values.map((value, index) => [JSON.stringify(value), texts[index]!]))];
    }),
  );
  const label = (key: string, value: SettingValue) =>
    `${short.get(key)}=${labels.get(key)!.get(JSON.stringify(value))}`;
  return (settings) =>
    keys
      .filter((key) => Object.hasOwn(settings, key))
      .map((key) => label(key, settings[key]!))
      .join(',');
}

/** A name that a file can have: a longer one is cut, and ends with its hash. */
export const fittingName = (name: string): string =>
  name.length <= LONGEST_NAME
    ? name
    : `${name.slice(0, LONGEST_NAME - 9)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
