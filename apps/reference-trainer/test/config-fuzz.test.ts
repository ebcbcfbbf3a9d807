import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serializeTorchCheckpoint } from '@hrm/files';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { checkRunConfig, loadRunConfig } from '../src/config/load-run-config';
import { presets } from '../src/config/presets/presets';
import { readOfficialRun } from '../src/official/official-run';
import { UsageError } from '../src/command-line/usage-error';
import { flawOfRefusal } from './run-in-process';
import { useEmptyFolder } from './use-empty-folder';

const folder = useEmptyFolder('config-fuzz');

type Tree = Record<string, unknown>;
const anyTask = { task: { kind: 'tokens', seqLen: 9, alphabet: 'abc' } };
const configs = Object.values(presets).map((preset) => structuredClone({ ...anyTask, ...preset }) as Tree);
const yaml = new URL('testdata/official-run/sudoku/all_config.yaml', import.meta.url);
const officialConfig = parse(readFileSync(yaml, 'utf8')) as Tree;

/** The paths of all values in a config. */
function pathsOf(tree: Tree, prefix: readonly string[] = []): string[][] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const path = [...prefix, key];
    const inside = typeof value === 'object' && value !== null ? pathsOf(value as Tree, path) : [];
    return [path, ...inside];
  });
}

const oddValues = [null, true, '', 'x', -1, 0, 1, 1.5, 1e300, 2 ** 53, [], {}, [1, 2], ['/x.js'], { type: 'x' }, '__proto__']; // prettier-ignore
const oddKeys = ['extra', '__proto__', 'constructor', 'toString', '', 'type', 'kind', 'x'.repeat(300)];
const oddTexts = ['', '"', '{', '}', '[', ',', ':', '\n', '\t', '\0', '- ', '&a ', '*a', '!!js/function ', '# ', '"__proto__": {"polluted": 1},', '\ufeff', '1e999', '\ud800']; // prettier-ignore
const edits = fc.array(
  fc.oneof(
    fc.record({ what: fc.constant('put' as const), at: fc.nat(), value: fc.constantFrom(...oddValues) }),
    fc.record({ what: fc.constant('leave out' as const), at: fc.nat() }),
    fc.record({ what: fc.constant('add' as const), at: fc.nat(), key: fc.constantFrom(...oddKeys), value: fc.constantFrom(...oddValues) }), // prettier-ignore
  ),
  { maxLength: 2 },
);
const textEdits = fc.oneof(
  { arbitrary: fc.constant([]), weight: 4 },
  { arbitrary: fc.array(fc.record({ at: fc.nat(), removed: fc.nat(3), added: fc.constantFrom(...oddTexts) }), { minLength: 1, maxLength: 3 }), weight: 1 }, // prettier-ignore
);
type Values<T> = T extends fc.Arbitrary<infer Value> ? Value : never;

/** The config with edits; `__proto__` is an ordinary key, as in JSON. */
function edited(config: Tree, changes: Values<typeof edits>): Tree {
  const tree = structuredClone(config);
  for (const change of changes) {
    const paths = pathsOf(tree);
    const path = paths[change.at % Math.max(1, paths.length)];
    if (!path) break;
    const within = path.slice(0, -1).reduce((node, key) => node[key] as Tree, tree);
    const key = path.at(-1)!;
    if (change.what === 'leave out') delete within[key];
    else {
      const put = { value: structuredClone(change.value), enumerable: true, configurable: true, writable: true };
      Object.defineProperty(within, change.what === 'put' || Array.isArray(within) ? key : change.key, put);
    }
  }
  return tree;
}

function editedText(text: string, changes: Values<typeof textEdits>): string {
  const changed = changes.reduce((part, { at, removed, added }) => {
    const start = at % (part.length + 1);
    return part.slice(0, start) + added + part.slice(start + removed);
  }, text);
  // As in a file, which cannot hold half a surrogate pair.
  return Buffer.from(changed).toString();
}

const processorTime = () => Object.values(process.cpuUsage()).reduce((sum, time) => sum + time / 1000, 0);

/** The result of a config: a value, or the message of the error with status 2. */
function attempt<T>(path: string, read: () => T): T | string {
  const start = processorTime();
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    expect(error.message).toContain(path);
    expect(error.message.length).toBeLessThan(2000);
    return error.message;
  } finally {
    expect(processorTime() - start).toBeLessThan(1000);
    expect(Object.keys(Object.prototype)).toEqual([]);
  }
}

test('6,000 configs with small mistakes are read exactly or give an error that names the file', async () => {
  const path = join(folder, 'run.json');
  const reasons = new Set<string>();
  const refused: string[] = [];
  let accepted = 0;
  fc.assert(
    fc.property(fc.constantFrom(...configs), edits, textEdits, (config, changes, changesOfText) => {
      const text = editedText(JSON.stringify(edited(config, changes)), changesOfText);
      writeFileSync(path, text);
      const outcome = attempt(path, () => loadRunConfig(path));
      if (typeof outcome === 'string') {
        reasons.add(outcome.replace(path, '').replace(/"[^"]*"|\d+/g, '_'));
        refused.push(text);
        expect(changes.length + changesOfText.length).toBeGreaterThan(0);
        return;
      }
      accepted++;
      // The result has all its values, and only defaults in addition.
      const { imports: _, ...said } = JSON.parse(text) as Tree;
      expect(outcome).toMatchObject(said);
      const written = JSON.stringify(outcome);
      expect(JSON.stringify(checkRunConfig(JSON.parse(written), path))).toBe(written);
    }),
    { numRuns: 6000, seed: 0 },
  );
  expect(accepted).toBeGreaterThan(1200);
  expect(reasons.size).toBeGreaterThan(60);

  for (let i = 0; i < 20; i++) {
    writeFileSync(path, refused[Math.floor((i * refused.length) / 20)]!);
    expect(await flawOfRefusal(['train', path, '--out', 'OUT'], path)).toBeUndefined();
  }
});

test('2,000 official configs in YAML with small mistakes are read exactly or give an error that names the file', () => {
  const checkpoint = join(folder, 'step_1');
  writeFileSync(checkpoint, serializeTorchCheckpoint(new Map()));
  const path = join(folder, 'all_config.yaml');
  const reasons = new Set<string>();
  let accepted = 0;
  fc.assert(
    fc.property(edits, textEdits, (changes, changesOfText) => {
      const text = editedText(stringify(edited(officialConfig, changes)), changesOfText);
      writeFileSync(path, text);
      const outcome = attempt(path, () => readOfficialRun(checkpoint, undefined).config);
      if (typeof outcome === 'string') reasons.add(outcome.replace(path, '').replace(/"[^"]*"|\d+/g, '_'));
      else {
        accepted++;
        expect(outcome.arch.H_cycles).toBe((parse(text) as typeof outcome).arch.H_cycles);
        expect(Object.getPrototypeOf(outcome)).toBe(Object.prototype);
      }
    }),
    { numRuns: 2000, seed: 0 },
  );
  expect(accepted).toBeGreaterThan(400);
  expect(reasons.size).toBeGreaterThan(40);
});
