import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stablemaxCrossEntropy } from '@hrm/act';
import { parseSafetensors, parseTorchCheckpoint } from '@hrm/files';
import { thinker, type TriesOptions } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { evaluate } from '@hrm/trainer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRun } from '../src/run/folder/load-run';
import { Terminal } from '../src/terminal/terminal';
import { hrm } from './run-hrm';

const official = fileURLToPath(new URL('testdata/official-run/sudoku', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hrm-official-run-'));
const run = join(folder, 'imported');
const { tensors: expected } = parseSafetensors(readFileSync(join(official, 'expected.safetensors')));
async function firstOf<T>(thoughts: AsyncGenerator<T>): Promise<T> {
  for await (const thought of thoughts) return thought;
  throw new Error('there is no thought');
}

beforeAll(() => {
  const { status, stderr } = hrm(['import-official', official, '--out', run, '--data', join(official, 'data')]);
  expect(status, stderr).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a run of the official code, imported', () => {
  it('gives the answers of the official model, segment by segment', async () => {
    await selectBackend({ prefer: 'wasm' });
    const { model } = await loadRun(run, 'newest', new Terminal(true));
    const ints = (name: string) => expected.get(`batch.${name}`)!.data as Int32Array;
    const [batchSize, seqLen] = expected.get('batch.inputs')!.shape as [number, number];
    const batch = {
      inputs: ints('inputs'),
      labels: ints('labels'),
      puzzleIdentifiers: ints('puzzle_identifiers'),
      batchSize,
      seqLen,
    };
    let compared = 0;
    await evaluate(model, [batch], {
      tokenLoss: stablemaxCrossEntropy,
      onSegment: async ({ logits, haltLogits }, k) => {
        for (const [name, ours] of [
          ['logits', logits],
          ['q_halt_logits', haltLogits['halt']!],
          ['q_continue_logits', haltLogits['continue']!],
        ] as const) {
          const theirs = expected.get(`${k}.${name}`)!.data as Float32Array;
          const values = await ours.data();
          theirs.forEach((value, i) => {
            if (Math.abs(values[i]! - value) > 1e-5 + 1e-4 * Math.abs(value))
              throw new Error(`${k}.${name}[${i}]: ours ${values[i]}, theirs ${value}`);
            compared++;
          });
        }
      },
    });
    expect(compared).toBe(4 * batchSize * (seqLen * 11 + 2));
  });

  it('has the figures of the official evaluation in `hrm eval`', () => {
    const { status, stderr, json } = hrm(['eval', '--run', run, '--json']);
    expect(status, stderr).toBe(0);
    const sum = (name: string) => Number(expected.get(`whole_test_set.${name}`)!.data[0]);
    expect(json['count']).toBe(sum('count'));
    expect(json['accuracy']).toBeCloseTo(sum('accuracy') / sum('count'), 5);
    expect(json['exactAccuracy']).toBe(sum('exact_accuracy') / sum('count'));
    expect(json['meanSegments']).toBe(sum('steps') / sum('count'));
  });

  it('solves a puzzle from the command line', () => {
    const puzzle = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79';
    const { status, stderr, json } = hrm(['solve', puzzle, '--run', run, '--json']);
    expect(status, stderr).toBe(0);
    expect(json).toMatchObject({ segments: 4, valid: false });
  });

  it.each([
    ['--tries', '3'],
    ['--search', '--tries', '2'],
  ])('solves a puzzle with %s %s', (...options) => {
    const puzzle = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79';
    const { status, stderr, json } = hrm(['solve', puzzle, '--run', run, ...options, '--segments', '9', '--json']);
    expect(status, stderr).toBe(0);
    const tries = Number(options.at(-1));
    expect(json).toMatchObject({ tries, valid: false, modelCalls: 9 * tries });
  });

  it('thinks longer in every way, and its first try is the plain pass', async () => {
    const { model, task } = await loadRun(run, 'newest', new Terminal(true));
    const inputs = (expected.get('batch.inputs')!.data as Int32Array).slice(0, model.seqLen);
    const plain = await model.solve(inputs);
    const thinking = thinker(model);
    for (const options of [
      { chooseBy: 'halt' },
      { starts: 'random', chooseBy: 'agreement' },
      { starts: 'plain', symmetries: true, chooseBy: 'cells' },
      { segmentNoise: 0.5 },
    ] satisfies TriesOptions[]) {
      const { attempts } = await firstOf(thinking.tries([inputs], { task, tries: 3, ...options }));
      const [first, second, third] = attempts;
      expect(first!.answer.join()).toBe(plain.answer.join());
      // The others began elsewhere.
      expect(second!.haltValue).not.toBe(first!.haltValue);
      expect(third!.haltValue).not.toBe(second!.haltValue);
    }
    const { attempts } = await firstOf(thinking.search([inputs], { task, branches: 2, segments: 16 }));
    expect(attempts.map(({ segments }) => segments)).toEqual([16, 16]);
    expect(attempts.every(({ guesses }) => guesses > 0)).toBe(true);
    thinking.dispose();
    model.dispose();
  });

  it('exports the same weights', () => {
    const out = join(folder, 'step_500');
    const { status, stderr } = hrm(['export-official', '--run', run, '--out', out]);
    expect(status, stderr).toBe(0);
    const before = parseTorchCheckpoint(readFileSync(join(official, 'step_500')));
    const after = parseTorchCheckpoint(readFileSync(out));
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    for (const [name, { data, shape }] of before) {
      expect(after.get(name)!.shape).toEqual(shape);
      expect(after.get(name)!.data).toEqual(data);
    }
  });

  it.each([
    [['import-official', '/no/such/run', '--out', join(folder, 'x')], 'DIR'],
    [['import-official', join(official, 'data'), '--out', join(folder, 'x')], 'step_500'],
    [['import-official', join(official, 'all_config.yaml'), '--out', join(folder, 'x')], 'all_config.yaml'],
  ])('%j says what is wrong', (args, named) => {
    const { status, stdout, stderr } = hrm(args);
    expect([1, 2]).toContain(status);
    expect(stderr).toContain(named);
    expect(stdout + stderr).not.toMatch(/\n\s+at /);
  });
});
