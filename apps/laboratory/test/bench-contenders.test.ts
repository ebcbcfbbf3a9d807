import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Contender, ContenderError, type ContenderCommand } from '../src/bench/contenders/contender';
import { parseReply } from '../src/bench/contenders/contender-reply';
import { ourContender } from '../src/bench/contenders/our-contender';
import { measureSize, rotate } from '../src/bench/against/measure-size';

const program = fileURLToPath(new URL('fake-contender.mjs', import.meta.url));
const sizes = { hidden: 8, layers: 1, heads: 1, batch: 2, tokens: 4, segments: 2 };
let folder: string;
let log: string;

const fake = (name: string, options: object = {}): ContenderCommand => ({
  name,
  program: process.execPath,
  args: [program, JSON.stringify({ name, log, ...options })],
});
const asked = () => readFileSync(log, 'utf8').trimEnd().split('\n');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hrm-bench-'));
  log = join(folder, 'log');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('parseReply', () => {
  it('reads a reply', () => {
    expect(parseReply('{"seconds":[0.5,0.25]}')).toEqual({ seconds: [0.5, 0.25] });
    expect(parseReply('{"ready": true, "versions": {"PyTorch": "2.15.0"}, "threads": 2}')).toEqual({
      ready: true,
      versions: { PyTorch: '2.15.0' },
      threads: 2,
    });
  });

  it.each([
    '',
    'compiling...',
    '{"seconds":[0.5',
    '[1]',
    '{"seconds":["fast"]}',
    '{"seconds":[-1]}',
    '{"other":1}',
    '{}',
  ])('takes %j for none', (line) => expect(parseReply(line)).toBeUndefined());
});

describe('Contender', () => {
  it('answers requests, whatever else it prints', async () => {
    const { contender, ready } = await Contender.start(fake('a', { printNoise: true, seconds: 0.5 }));
    expect(ready.versions).toEqual({ a: '1.0' });
    expect(await contender.train(3)).toEqual([5, 0.5, 0.5]);
    expect(await contender.evaluate(1)).toEqual([2]);
    expect(
      await contender.matmulGflops(
        [
          { m: 3, k: 4, n: 5 },
          { m: 6, k: 7, n: 8 },
        ],
        0.1,
      ),
    ).toBe(100);
    expect(await contender.peakRssMib()).toBe(1000);
    await contender.end();
    expect(asked()).toEqual(['a: train 3', 'a: evaluate 1', 'a: matmul 0.1 3 4 5 6 7 8', 'a: memory']);
  });

  it('reports why a contender could not start', async () => {
    const failed = Contender.start(fake('a', { notReady: true }));
    await expect(failed).rejects.toThrow(ContenderError);
    await expect(failed).rejects.toThrow(/^a ended with status 3:\nfirst line\nno module named torch$/);
    const missing = Contender.start({ name: 'b', program: join(folder, 'nothing'), args: [] });
    await expect(missing).rejects.toThrow(/^b could not be started \(.*ENOENT/);
  });

  it('reports why a contender failed, also to later requests', async () => {
    const { contender } = await Contender.start(fake('a', { failAt: 'evaluate' }));
    await expect(contender.evaluate(1)).rejects.toThrow('a ended with status 1:\nout of memory');
    await expect(contender.train(1)).rejects.toThrow('out of memory');
    await contender.end();
  });

  it('reports the error of a rank, not what the launcher writes after it', async () => {
    const errors = `loading\nrank 1 on a: no such backend\n${'-'.repeat(80)}\nMPI_ABORT was invoked\n\n\n\n\n\n`;
    const { contender } = await Contender.start(fake('2 ranks', { failAt: 'train', errors }));
    await expect(contender.train(1)).rejects.toThrow(/^2 ranks ended with status 1:\nrank 1 on a: no such backend$/);
    await contender.end();
  });
});

describe('measureSize', () => {
  it('lets all take turns, with another one first in each round', async () => {
    const commands = {
      eager: fake('eager'),
      compiled: fake('compiled'),
      ours: fake('ours', { seconds: 0.5, gflops: 50 }),
    };
    const loads = [0.25, 0.5];
    const busyCores = async () => loads.shift()!;
    const options = { rounds: 2, work: 'train', turn: 3, matmulSeconds: 0.1, busyCores } as const;
    const result = await measureSize(sizes, commands, options);
    const matmul = 'matmul 0.1 10 8 512 10 256 8 10 8 24 8 10 512';
    expect(asked()).toEqual([
      ...['eager: train 2', 'compiled: train 2', 'ours: train 2'],
      ...['eager: train 3', 'compiled: train 3', 'ours: train 3'],
      ...['eager: memory', 'compiled: memory', 'ours: memory'],
      ...[`eager: ${matmul}`, `compiled: ${matmul}`, `ours: ${matmul}`],
      ...['compiled: train 3', 'ours: train 3', 'eager: train 3'],
      ...[`compiled: ${matmul}`, `ours: ${matmul}`, `eager: ${matmul}`],
    ]);
    expect(result.failures).toEqual({});
    expect(result.load).toEqual([0.25, 0.5]);
    expect(result.contenders.ours).toEqual({
      name: 'ours',
      versions: { ours: '1.0' },
      threads: 2,
      parameters: 10,
      first: 5,
      seconds: [
        [0.5, 0.5, 0.5],
        [0.5, 0.5, 0.5],
      ],
      matmulGflops: [50, 50],
      peakRssMib: 1000,
    });
  });

  it('evaluates, without matrix products', async () => {
    const options = { rounds: 1, work: 'evaluate', turn: 1 } as const;
    const { contenders } = await measureSize(sizes, { ours: fake('ours', { seconds: 0.5 }) }, options);
    expect(asked()).toEqual(['ours: evaluate 1', 'ours: evaluate 1', 'ours: memory']);
    expect(contenders.ours).toMatchObject({ first: 2, seconds: [[2]], matmulGflops: [] });
  });

  it('leaves out one that fails, and continues with the others', async () => {
    const commands = {
      eager: fake('eager', { notReady: true }),
      compiled: fake('compiled', { failAt: 'matmul' }),
      ours: fake('ours'),
    };
    const result = await measureSize(sizes, commands, { rounds: 1, work: 'train', turn: 1 });
    expect(Object.keys(result.contenders)).toEqual(['ours']);
    expect(result.failures.eager).toContain('no module named torch');
    expect(result.failures.compiled).toContain('out of memory');
    expect(result.contenders.ours!.peakRssMib).toBe(1000);
  });
});

it('our worker trains, evaluates, multiplies and reports its memory', async () => {
  const { contender, ready } = await Contender.start(ourContender({ sizes, backend: 'cpu', compile: 'eager' }));
  expect(ready.parameters).toBeGreaterThan(0);
  expect(await contender.train(2)).toHaveLength(2);
  expect(await contender.evaluate(1)).toHaveLength(1);
  const product = { m: 8, k: 16, n: 4 };
  expect(await contender.matmulGflops([product, { ...product, n: 8 }], 0.01)).toBeGreaterThan(0);
  expect(await contender.peakRssMib()).toBeGreaterThan(10);
  await contender.end();
});

describe('rotate', () => {
  it('begins with another one each round', () => {
    expect([0, 1, 2, 3].map((round) => rotate(['a', 'b', 'c'], round).join(''))).toEqual(['abc', 'bca', 'cab', 'abc']);
    expect(rotate([], 3)).toEqual([]);
  });
});
