import { matMulSpeed, selectBackend, type MatMulSpeedOptions } from '@hrm/runtime';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { matmulShare } from '../src/bench/matmul-share';
import { MatmulSpeedMeter } from '../src/bench/matmul-speed-meter';
import { runInProcess } from './run-in-process';

vi.mock('@hrm/runtime', async (original) => ({ ...(await original<object>()), matMulSpeed: vi.fn() }));

/** Makes `matMulSpeed` return these speeds in turn, and then the last one. */
function productsAt(...speeds: number[]): MatMulSpeedOptions[] {
  const asked: MatMulSpeedOptions[] = [];
  vi.mocked(matMulSpeed).mockImplementation((options = {}) => {
    asked.push(options);
    const speed = speeds[Math.min(asked.length, speeds.length) - 1]!;
    return { gflops: speed / 2, bestGflops: speed, products: 1 };
  });
  return asked;
}

beforeEach(() => void vi.mocked(matMulSpeed).mockReset());

const sizes = { hidden: 16, layers: 1, heads: 2, batch: 4, tokens: 9, segments: 2 };
const tiny = ['--hidden', '16', '--layers', '1', '--batch', '4', '--tokens', '9', '--segments', '2', '--steps', '2'];
const bench = (...more: string[]) => runInProcess(['bench', ...tiny, '--backend', 'cpu', ...more]);

describe('the share of the machine’s matmul speed', () => {
  it('is an error above 1, never a figure', () => {
    expect(matmulShare('A step', 1e9, 0.1, 20)).toBeCloseTo(0.5);
    expect(matmulShare('A step', 1e9, 0.1, 10)).toBe(1);
    expect(() => matmulShare('A step', 1.86e9, 0.1, 10)).toThrow(/A step comes out at 186% .*10 GFLOP\/s.*impossible/);
  });

  it('above 1 ends `hrm bench` with status 1 and without a report', async () => {
    productsAt(1e-9);
    const { status, stdout, stderr } = await bench('--json');
    expect(status).toBe(1);
    expect(stderr).toMatch(/A training step comes out at \d+% of the machine's speed.*run the benchmark again/);
    expect(stdout).not.toContain('matmulShare');
  });

  it('is taken of the fastest product measured between the steps, and reported with its range', async () => {
    productsAt(1e-9, 1e6, 1e-9);
    const { status, stdout, stderr } = await bench('--json', '--evaluations', '1');
    expect(status, stderr).toBe(0);
    const result = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Record<string, number & number[]>;
    expect(result.matmulGflops).toBe(1e6);
    expect(result.matmulGflopsRange).toEqual([1e-9, 1e6]);
    const [least, most] = result.matmulShareRange!;
    expect(least).toBeLessThanOrEqual(result.matmulShare!);
    expect(most).toBeGreaterThanOrEqual(result.matmulShare!);
    // Before the two steps, after each of them, and after the evaluation.
    expect(vi.mocked(matMulSpeed).mock.calls.length).toBe(4 + 3 * 2);
  });
});

describe('MatmulSpeedMeter', () => {
  it('tries each main product, then the two fastest, and keeps the highest speed', async () => {
    await selectBackend({ prefer: 'cpu' });
    const asked = productsAt(10, 30, 20, 5);
    const meter = new MatmulSpeedMeter(sizes);
    meter.measure();
    meter.measure();
    expect(asked.map(({ m, k, n }) => [m, k, n])).toEqual([
      [40, 16, 512],
      [40, 256, 16],
      [40, 16, 48],
      [16, 40, 512],
      [40, 256, 16],
      [40, 16, 48],
    ]);
    expect(meter.gflops).toBe(30);
    expect(meter.range).toEqual([5, 30]);
    meter.dispose();
  });
});
