/**
 * `--rounds` runs that a stranger has prepared: links and pipes in the place of files and folders, logs cut or garbled, files
 * more and files less, configs and manifests with a key lost or out of range, modules to be executed. One command of `hrm` is run
 * on each. It may refuse or go on; it may not touch anything outside of the run, execute the module, show a stack, or hang.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { fingerprintOfTree } from '../src/fingerprint-of-tree';
import { recordFigures, tellProgress } from '../src/record-figures';
import { soakOptions } from '../src/soak-options';
import { workFolder } from '../src/soak-folder';
import { writeTinyConfig } from '../src/tiny-run';
import { runInProcess } from '../../apps/reference-trainer/test/run-in-process';
import {
  parseManifest,
  serializeManifest,
  type JsonValue,
} from '../../packages/trainer/src/checkpoint/checkpoint-manifest';

const { rounds } = soakOptions({ rounds: 400 });
const folder = workFolder();
process.env.HRM_BACKEND = 'cpu';
process.env.XDG_CONFIG_HOME = join(folder, 'configs');
process.chdir(folder);

const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)]!;
const config = writeTinyConfig(folder, { steps: 8, batchSize: 4, evaluateEvery: 4, checkpointEvery: 2 });
const begun = join(folder, 'begun');
const { status: ending, stderr: reason } = await runInProcess(['train', config, '--out', begun, '--max-steps', '4']);
if (ending !== 0) throw new Error(`the run to attack ended with ${ending}: ${reason}`);

/** A module that leaves a mark where it is executed. */
const marked = join(folder, 'marked');
const trap = `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(marked)}, '');\nexport default {};\n`;

/** All that is in a run, by path; the inner ones first. */
function everythingIn(run: string): string[] {
  const names = readdirSync(run, { recursive: true, withFileTypes: true });
  return names.map((entry) => join(entry.parentPath, entry.name)).sort((a, b) => b.length - a.length);
}

/** One value somewhere in JSON lost, or made something else. */
function spoil(value: unknown): unknown {
  const odd = [null, -5, 0, 1e300, 1.5, '', 'x'.repeat(5000), [], {}, true, { __proto__: null, a: 1 }];
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return pick(odd);
  const key = pick(Object.keys(value));
  if (Math.random() < 0.25) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  if (Array.isArray(value)) return value.map((item: unknown, i) => (String(i) === key ? spoil(item) : item));
  return { ...value, [key]: spoil((value as Record<string, unknown>)[key]) };
}

type Attack = (run: string, outside: string) => string;

const attacks: { readonly [name: string]: Attack } = {
  link(run, outside) {
    const target = pick(everythingIn(run));
    const isFolder = lstatSync(target).isDirectory();
    const kind = pick(['moved', 'foreign', 'up', 'nowhere']);
    const moved = join(outside, 'moved');
    if (kind === 'moved') renameSync(target, moved);
    else rmSync(target, { recursive: true });
    const foreign = isFolder ? outside : join(outside, 'thesis.txt');
    symlinkSync({ moved, foreign, up: '../..', nowhere: join(outside, 'none') }[kind]!, target);
    return `${kind} link at ${relative(run, target)}`;
  },
  'hard link'(run, outside) {
    const target = pick(everythingIn(run).filter((path) => lstatSync(path).isFile()));
    linkSync(target, join(outside, 'linked'));
    return `hard link of ${relative(run, target)}`;
  },
  pipe(run) {
    const target = pick(everythingIn(run));
    rmSync(target, { recursive: true });
    execFileSync('mkfifo', [target]);
    return `pipe at ${relative(run, target)}`;
  },
  damage(run) {
    const target = pick(everythingIn(run).filter((path) => lstatSync(path).isFile()));
    const kind = pick(['cut', 'lost', 'garbled', 'empty']);
    if (kind === 'cut') truncateSync(target, Math.floor(Math.random() * statSync(target).size));
    else if (kind === 'lost') rmSync(target);
    else writeFileSync(target, kind === 'empty' ? '' : '\u001b]0;owned\u0007 not what it was\n');
    return `${kind} ${relative(run, target)}`;
  },
  more(run) {
    const place = pick([run, ...everythingIn(run).filter((path) => lstatSync(path).isDirectory())]);
    const name = pick(['.DS_Store', 'thesis.txt', 'zz.safetensors', 'checkpoint-000000000099', 'dataset.json']);
    if (!existsSync(join(place, name))) writeFileSync(join(place, name), 'mine');
    return `${name} in ${relative(run, place) || '.'}`;
  },
  config(run) {
    const path = join(run, 'config.json');
    writeFileSync(path, JSON.stringify(spoil(JSON.parse(readFileSync(path, 'utf8')))));
    return 'a key of config.json';
  },
  manifest(run) {
    const path = pick(everythingIn(run).filter((name) => name.endsWith('manifest.json')));
    const manifest = parseManifest(readFileSync(path), path);
    writeFileSync(path, serializeManifest({ ...manifest, state: spoil(manifest.state) as JsonValue }));
    return 'a key of a manifest, sealed anew';
  },
  module(run) {
    writeFileSync(join(run, 'trap.mjs'), trap);
    const path = join(run, 'config.json');
    const description = JSON.parse(readFileSync(path, 'utf8')) as { config: object };
    description.config = { ...description.config, imports: [pick(['trap.mjs', './trap.mjs', join(run, 'trap.mjs')])] };
    writeFileSync(path, JSON.stringify(description));
    return 'a module';
  },
};

const puzzle = '1... ..3. .4.. ...2';
const commands: readonly ((run: string) => string[])[] = [
  (run) => ['train', '--resume', '--out', run, '--max-steps', '6'],
  (run) => ['train', config, '--out', run],
  (run) => ['demo', '--out', run],
  (run) => ['eval', '--run', run],
  (run) => ['solve', '--run', run, puzzle],
  (run) => ['residuals', '--run', run, '--puzzles', '2', '--segments', '1', '--svg', join(run, 'data')],
  (run) => ['export', '--run', run, '--out', join(run, 'metrics.jsonl')],
  (run) => ['export-official', '--run', run, '--out', join(run, 'config.json')],
];

const problems: string[] = [];
const counts: { [status: string]: number } = {};
for (let round = 0; round < rounds && problems.length < 20; round++) {
  const place = join(folder, `round-${round}`);
  const [run, outside] = [join(place, 'runs', 'a'), join(place, 'outside')];
  mkdirSync(join(outside, 'test'), { recursive: true });
  writeFileSync(join(outside, 'thesis.txt'), 'mine');
  writeFileSync(join(outside, 'test', 'thesis.txt'), 'mine');
  writeFileSync(join(place, 'thesis.txt'), 'mine');
  cpSync(begun, run, { recursive: true });
  const told = pick(Object.values(attacks))(run, outside);
  // The hard link's other name, and what a link leads to, are outside; the run itself may change.
  const before = fingerprintOfTree(place, run);
  const command = pick(commands)(run);
  const outcome = await Promise.race([
    runInProcess(command),
    new Promise<undefined>((resolve) => setTimeout(resolve, 120_000, undefined).unref()),
  ]);
  const flaws = [
    outcome === undefined && 'hangs',
    outcome && ![0, 1, 2].includes(Number(outcome.status)) && `exit ${outcome.status}`,
    outcome && /\n\s+at /.test(outcome.stderr + outcome.stdout) && 'shows a stack',
    outcome && outcome.status !== 0 && outcome.stderr.trim() === '' && 'says nothing',
    // eslint-disable-next-line no-control-regex
    outcome && /[\u0000-\u0008\u000b-\u001f]/.test(outcome.stderr + outcome.stdout) && 'shows control characters',
    fingerprintOfTree(place, run) !== before && 'changes what is outside of the run',
    existsSync(marked) && 'executes a module',
  ].filter((flaw) => typeof flaw === 'string');
  rmSync(marked, { force: true });
  if (flaws.length > 0) {
    problems.push(`${told}; hrm ${command[0]}: ${flaws.join(', ')}; ${outcome?.stderr.slice(0, 300)}`);
  }
  counts[`exit ${outcome?.status}`] = (counts[`exit ${outcome?.status}`] ?? 0) + 1;
  rmSync(place, { recursive: true, force: true });
  tellProgress(() => `${round + 1} of ${rounds} rounds, ${problems.length} problems`);
  if (outcome === undefined) break;
}
const ends = Object.entries(counts).map(([status, count]) => `${count} ${status}`); // prettier-ignore
recordFigures('attacks', {
  held: problems.length === 0,
  summary: `${rounds} prepared runs (links, pipes, damage, files more and less, keys of configs and manifests, modules) under 8 commands: ${problems.length} problems (${ends.sort().join(', ')})`,
  problems,
});
process.exit();
