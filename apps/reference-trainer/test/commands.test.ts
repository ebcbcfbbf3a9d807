import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { thisProcessor } from '@hrm/runtime/internal';
import { sharedTemporaryFolder } from '../../../packages/files/test/node/temporary-folder';
import { hrm } from './run-hrm';

const folder = sharedTemporaryFolder();

describe('hrm data', () => {
  it('generates Sudoku with the given number of givens, the same for the same seed', () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    const args = 'data generate --task sudoku --size 4 --givens 7 --train 20 --test 10 --seed 0'.split(' ');
    expect(hrm([...args, '--out', a, '--json']).json).toMatchObject({ train: 20, test: 10 });
    expect(hrm([...args, '--out', b]).status).toBe(0);
    for (const file of ['train/all__inputs.npy', 'test/all__labels.npy', 'train/dataset.json']) {
      expect(readFileSync(join(a, file))).toEqual(readFileSync(join(b, file)));
    }
    const tokens = readFileSync(join(a, 'train/all__inputs.npy')).subarray(-20 * 16);
    expect([...tokens].filter((token) => token > 1)).toHaveLength(20 * 7);
  });

  it('generates mazes', () => {
    const out = join(folder, 'mazes');
    const { status, json } = hrm([
      'data',
      'generate',
      '--task',
      'maze',
      '--size',
      '9',
      '--train',
      '5',
      '--test',
      '3',
      '--out',
      out,
      '--json',
    ]);
    expect(status).toBe(0);
    expect(json).toMatchObject({ train: 5, test: 3 });
  });

  it('imports a CSV, and names file and line of a wrong row', () => {
    const good = join(folder, 'good.csv');
    const bad = join(folder, 'bad.csv');
    const row = 'x,1...34..2.......,1234341221434321,\n';
    const answered = 'x,1234341221434321,1234341221434321,\n';
    writeFileSync(good, `source,question,answer,rating\n${answered}`);
    writeFileSync(bad, `source,question,answer,rating\n${answered}${row.replace('1234', '1235')}`);
    const args = ['data', 'import', '--task', 'sudoku', '--test', good];
    expect(hrm([...args, '--train', good, '--out', join(folder, 'imported'), '--json']).json).toMatchObject({
      train: 1,
      test: 1,
    });
    const { status, stderr } = hrm([...args, '--train', bad, '--out', join(folder, 'not-imported')]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/bad\.csv.*3/);
  });
});

describe('hrm bench', () => {
  it('times a step and an evaluation', () => {
    const args = '--hidden 16 --layers 1 --heads 2 --batch 4 --tokens 9 --segments 2 --steps 2'.split(' ');
    const { status, json, stderr } = hrm(['bench', ...args, '--evaluations', '1', '--json']);
    expect(status, stderr).toBe(0);
    for (const figure of ['samplesPerSecond', 'stepSeconds', 'peakRssMib', 'matmulShare', 'evaluationSeconds']) {
      expect(json[figure], figure).toBeGreaterThan(0);
    }
    expect(json['processor']).toEqual(thisProcessor());
    expect(json['samplesPerSecond']).toBeCloseTo(4 / (json['stepSeconds'] as number), 6);
  });
});
