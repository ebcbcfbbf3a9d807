/**
 * Trains a small run, exports it, loads it into the official PyTorch model and compares the logits of every segment (within
 * 1e-5 + 1e-4 |x|; where weights amplify rounding, within twice what the official model is from itself in float64); and imports made-up official checkpoints of 27M
 * parameters, measuring time and memory. `--hrm`: a checkout of sapientinc/HRM; cloned on first use where none is given.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stablemaxCrossEntropy } from '@hrm/act';
import { evaluationBatches } from '@hrm/data';
import { parseTorchCheckpoint, serializeSafetensors, type HostTensor } from '@hrm/files';
import { selectBackend } from '@hrm/runtime';
import { evaluate } from '@hrm/trainer';
import { loadRun } from '../../apps/reference-trainer/src/run/folder/load-run';
import { readSplit } from '../../apps/reference-trainer/src/run/puzzles/run-puzzles';
import { Terminal } from '../../apps/reference-trainer/src/terminal/terminal';
import { pythonWith, run } from '../src/python';
import { recordFigures } from '../src/record-figures';
import { soakOptions } from '../src/soak-options';
import { hrmProgram, soakFolder, toolFolder, workFolder } from '../src/soak-folder';
import { writeTinyConfig } from '../src/tiny-run';

const options = soakOptions({ hrm: '' });
const folder = workFolder();
const python = pythonWith(['torch', 'numpy', 'einops', 'pydantic', 'safetensors']);
const script = join(soakFolder, 'python/official_model.py');

function officialCheckout(): string {
  if (options.hrm !== '') return options.hrm;
  const checkout = join(toolFolder('official'), 'HRM');
  if (!existsSync(checkout)) run('git', ['clone', '-q', 'https://github.com/sapientinc/HRM', checkout]);
  return checkout;
}
const checkout = officialCheckout();

const hrm = (...args: readonly string[]) => run(process.execPath, [hrmProgram, ...args], { env: { ...process.env, HRM_BACKEND: 'wasm' } }); // prettier-ignore

/** Worst errors of each segment, as shares of the bound. */
interface Comparison {
  readonly worst: readonly number[];
  readonly theirsToFloat64: readonly number[];
  readonly oursToFloat64: readonly number[];
  readonly compared: number;
  readonly sameNames: boolean;
}

/** Trains a run with these positions, and has the official model say the same. */
async function compareTrained(positions: 'rope' | 'learned', learningRate: number): Promise<Comparison> {
  const own = join(folder, `${positions}-${learningRate}`);
  mkdirSync(own);
  const block = { type: 'attention', heads: 2, expansion: 4 };
  const model = { hiddenSize: 32, puzzleEmbeddingSize: 32, hLayers: 2, lLayers: 2, block, positions };
  const config = writeTinyConfig(own, { steps: 30, learningRate }, model);
  const trained = join(own, 'run');
  hrm('train', config, '--out', trained);
  const stepFile = join(own, 'step_30');
  // The weights themselves, so that they are those of weights.safetensors.
  hrm('export-official', '--run', trained, '--out', stepFile, '--weights', 'own');

  await selectBackend({ prefer: 'wasm' });
  const { model: network, data } = await loadRun(trained, 'newest', new Terminal(true));
  const { setParameterValues, weightsFromOfficial } = await import('@hrm/models');
  const exported = parseTorchCheckpoint(readFileSync(stepFile));
  setParameterValues(network, weightsFromOfficial(new Map([...exported].map(([name, tensor]) => [name.replace(/^model\./, ''), tensor])))); // prettier-ignore
  const batchSize = 8;
  const [batch] = evaluationBatches(await readSplit(data!, 'test'), { batchSize });
  const { inputs, labels, puzzleIdentifiers, seqLen } = batch!;
  const ints = (values: ArrayLike<number>, shape: number[]): HostTensor => ({ dtype: 'int32', shape, data: Int32Array.from(values) }); // prettier-ignore
  const ours = new Map<string, HostTensor>([
    ['batch.inputs', ints(inputs, [batchSize, seqLen])],
    ['batch.labels', ints(labels, [batchSize, seqLen])],
    ['batch.puzzle_identifiers', ints(puzzleIdentifiers, [batchSize])],
  ]);
  await evaluate(network, [batch!], {
    tokenLoss: stablemaxCrossEntropy,
    onSegment: async ({ logits, haltLogits }, segment) => {
      for (const [name, tensor] of Object.entries({ logits, q_halt_logits: haltLogits['halt']!, q_continue_logits: haltLogits['continue']! })) {
        ours.set(`${segment}.${name}`, { dtype: 'float32', shape: tensor.shape, data: (await tensor.data()) as Float32Array });
      }
    },
  }); // prettier-ignore
  writeFileSync(join(own, 'ours.safetensors'), serializeSafetensors(ours));
  const arch = { batch_size: batchSize, seq_len: 16, puzzle_emb_ndim: 32, num_puzzle_identifiers: exported.get('model.inner.puzzle_emb.weights')!.shape[0]!, vocab_size: 6, H_cycles: 2, L_cycles: 2, H_layers: 2, L_layers: 2, hidden_size: 32, expansion: 4, num_heads: 2, pos_encodings: positions, halt_max_steps: 4, halt_exploration_prob: 0.1 }; // prettier-ignore
  writeFileSync(join(own, 'arch.json'), JSON.stringify(arch));
  const weights = join(trained, 'checkpoints/checkpoint-00000030/weights.safetensors');
  const said = run(python, [script, checkout, 'compare', join(own, 'arch.json'), stepFile, join(own, 'ours.safetensors'), weights]); // prettier-ignore
  return JSON.parse(said) as Comparison;
}

/** The published models' sizes. */
const published = {
  'Sudoku-Extreme': { seq_len: 81, vocab_size: 11, num_puzzle_identifiers: 1 },
  'Maze-Hard': { seq_len: 900, vocab_size: 6, num_puzzle_identifiers: 1 },
  ARC: { seq_len: 900, vocab_size: 12, num_puzzle_identifiers: 1000 },
} as const;

/** Makes an official checkpoint of 27M parameters and imports it. */
async function importPublished(
  name: keyof typeof published,
): Promise<{ name: string; parameters: number; seconds: number; peakMib: number }> {
  const own = join(folder, name);
  mkdirSync(own);
  const arch = { batch_size: 1, ...published[name], puzzle_emb_ndim: 512, H_cycles: 2, L_cycles: 2, H_layers: 4, L_layers: 4, hidden_size: 512, expansion: 4, num_heads: 8, pos_encodings: 'rope', halt_max_steps: 16, halt_exploration_prob: 0.1 }; // prettier-ignore
  writeFileSync(join(own, 'arch.json'), JSON.stringify(arch));
  const { parameters } = JSON.parse(run(python, [script, checkout, 'make', join(own, 'arch.json'), own])) as { parameters: number }; // prettier-ignore
  const start = performance.now();
  const child = spawn(process.execPath, [hrmProgram, 'import-official', own, '--out', join(own, 'run')], { stdio: ['ignore', 'ignore', 'inherit'] }); // prettier-ignore
  let peakMib = 0;
  const timer = setInterval(() => {
    // The most that the process has had so far, as Linux counts it.
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakMib = Math.max(peakMib, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has just ended.
    }
  }, 5);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  const seconds = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`import of ${name} ended with ${String(code)}`);
  return { name, parameters, seconds: Math.round(seconds * 100) / 100, peakMib: Math.round(peakMib) };
}

const rope = await compareTrained('rope', 1e-4);
const learned = await compareTrained('learned', 1e-4);
// Weights that amplify: from segment to segment rounding doubles, the official model's own as well.
const amplifying = await compareTrained('rope', 1e-3);
const imports = [];
for (const name of Object.keys(published) as (keyof typeof published)[]) imports.push(await importPublished(name));
const worst = Math.max(...rope.worst, ...learned.worst);
const isRounding = amplifying.worst.every((error, k) => error <= Math.max(1, 2 * amplifying.theirsToFloat64[k]!));
const logitsHold = worst <= 1 && isRounding && [rope, learned, amplifying].every(({ sameNames }) => sameNames);
const importsHold = imports.every(({ seconds, peakMib }) => seconds < 10 && peakMib < 1024);
recordFigures('official', {
  held: logitsHold && importsHold,
  summary:
    `exported runs in the official model: worst error ${worst.toFixed(3)} of the bound over ` +
    `${(rope.compared + learned.compared).toLocaleString('en')} logits (of weights that amplify rounding ${Math.max(...amplifying.worst).toFixed(2)}, where the official float32 is ${Math.max(...amplifying.theirsToFloat64).toFixed(2)} from its own float64); weights.safetensors opens in Python under the official names; ` +
    `27M parameters imported in ${imports.map(({ name, seconds, peakMib }) => `${seconds} s and ${peakMib} MiB (${name})`).join(', ')}`,
  rope,
  learned,
  amplifying,
  imports,
});
process.exit();
