/**
 * Fuzzes readers of files, `--reader` (safetensors, npy, torch, pickle, csv, config, or all), for `--seconds` each: guided by
 * coverage, with Jazzer.js, which is installed from npm on first use; where its addon does not load, by mutation alone.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundleTargets } from '../src/bundle-targets';
import { fuzzReader, type FuzzedReader } from '../src/fuzz-reader';
import { fuzzSeeds, writeSeeds } from '../src/fuzz-seeds';
import { mutate } from '../src/mutate';
import { recordFigures, tellProgress, type Figures } from '../src/record-figures';
import { soakOptions } from '../src/soak-options';
import { soakFolder, toolFolder, workFolder } from '../src/soak-folder';

const version = '4.0.0';
const options = soakOptions({ reader: 'all', seconds: 1800 });
const work = workFolder();
// In a folder of its own, for several may fuzz at a time.
const target = await bundleTargets(join(work, 'targets'));
const { readers } = createRequire(import.meta.url)(target.replace('target.cjs', 'readers.cjs')) as {
  readers: readonly FuzzedReader[];
};

/** Jazzer.js, or why there is none. */
function findJazzer(): { readonly program: string } | { readonly reason: string } {
  const folder = toolFolder('jazzer');
  const core = join(folder, 'node_modules/@jazzer.js/core');
  if (!existsSync(core)) {
    console.log(`Installing @jazzer.js/core ${version} from npm, in ${folder}`);
    const installed = spawnSync('npm', [
      'install',
      '--prefix',
      folder,
      '--ignore-scripts',
      `@jazzer.js/core@${version}`,
    ]);
    if (installed.status !== 0)
      return { reason: `npm could not install it: ${installed.stderr.toString().slice(-300)}` };
  }
  const loaded = spawnSync(process.execPath, ['-e', `require(${JSON.stringify(`${core}/../fuzzer`)})`]);
  if (loaded.status !== 0) {
    const why = loaded.stderr.toString().split('\n').find((line) => line.startsWith('Error')); // prettier-ignore
    return { reason: `its addon does not load: ${why ?? 'for no reason given'}` };
  }
  return { program: join(core, 'dist/cli.js') };
}

const jazzer = findJazzer();

/** With coverage: libFuzzer keeps each input that reaches something new, and mutates those. */
async function fuzzGuided(reader: string, program: string): Promise<Figures> {
  const corpus = join(work, `corpus-${reader}`);
  const seeds = writeSeeds(reader, corpus);
  const findings = join(soakFolder, 'findings');
  mkdirSync(findings, { recursive: true });
  const limits = [`-max_total_time=${options.seconds}`, '-max_len=8192', '-rss_limit_mb=3072', '-print_final_stats=1', `-artifact_prefix=${findings}/${reader}-`]; // prettier-ignore
  // What never ends is ended after ten minutes; a reader that takes a second of the processor's time fails by itself.
  const args = [program, target, corpus, '--timeout=600000', '--', ...limits];
  const child = spawn(process.execPath, args, { env: { ...process.env, SOAK_READER: reader }, cwd: work });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-200_000);
      tellProgress(() => `${reader}: ${/#\d+.*cov: .*/.exec(output.slice(output.lastIndexOf('\n#')))?.[0] ?? ''}`);
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const numbers = (pattern: RegExp) => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? Number.NaN);
  const inputs = numbers(/(?:^|\n)(?:#|Done |stat::number_of_executed_units: +)(\d+)/g);
  const coverage = numbers(/ cov: (\d+)/g);
  const kept = numbers(/ corp: (\d+)/g);
  if (code !== 0) writeFileSync(join(findings, `${reader}.txt`), output);
  return {
    held: code === 0,
    summary:
      `${inputs.toLocaleString('en')} inputs in ${options.seconds} s, guided by coverage (Jazzer.js ${version}); ` +
      `${coverage} counters reached, ${kept} inputs kept of ${seeds} seeds and what came of them; ${code === 0 ? 'nothing found' : 'a finding'}`,
    inputs,
    coverage,
    finding: code === 0 ? undefined : output.slice(-3000),
  };
}

/** Without: seeds mutated at random. */
async function fuzzBlindly(reader: FuzzedReader, reason: string): Promise<Figures> {
  const seeds = fuzzSeeds(reader.name);
  const end = Date.now() + 1000 * options.seconds;
  const counts = { accepted: 0, refused: 0 };
  let finding: string | undefined;
  while (Date.now() < end && finding === undefined) {
    const bytes = mutate(seeds);
    try {
      counts[await fuzzReader(reader, bytes)]++;
    } catch (error) {
      finding = `${(error as Error).stack}\n${bytes.toString('base64')}`;
    }
    tellProgress(() => `${reader.name}: ${JSON.stringify(counts)}`);
  }
  const inputs = counts.accepted + counts.refused;
  return {
    held: finding === undefined,
    summary: `${inputs.toLocaleString('en')} inputs in ${options.seconds} s, by mutation without coverage (${reason}); ${finding === undefined ? 'nothing found' : 'a finding'}`,
    ...counts,
    finding,
  };
}

for (const reader of readers.filter(({ name }) => options.reader === 'all' || options.reader === name)) {
  const figures = 'program' in jazzer ? await fuzzGuided(reader.name, jazzer.program) : await fuzzBlindly(reader, jazzer.reason); // prettier-ignore
  recordFigures(`fuzz-${reader.name}`, figures);
}
