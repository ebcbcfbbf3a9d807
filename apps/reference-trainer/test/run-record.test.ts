import { appendFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sharedTemporaryFolder } from '../../../packages/files/test/node/temporary-folder';
import { calibrate } from '../src/examination/calibration';
import { newLines } from '../src/run-record/new-lines';
import { readRunRecord } from '../src/run-record/read-run-record';
import { RunCurves } from '../src/run-record/run-curves';
import { checkRunConfig, loadRunConfig } from '../src/config/load-run-config';
import { configRecord } from '../src/run-record/config-record';
import { writeRunDescription } from '../src/run/folder/run-folder';
import { quickRun } from './quick-run';

const folder = sharedTemporaryFolder();

/** A run's folder with these lines in its logs. */
async function runWith(name: string, { metrics, observations }: { metrics?: string; observations?: string }) {
  const run = join(folder, name);
  mkdirSync(run);
  const config = checkRunConfig(quickRun, 'quick');
  await writeRunDescription(run, { config, puzzles: { seqLen: 16, vocabSize: 6, numPuzzleIdentifiers: 1 } });
  if (metrics !== undefined) writeFileSync(join(run, 'metrics.jsonl'), metrics);
  if (observations !== undefined) writeFileSync(join(run, 'observations.jsonl'), observations);
  return run;
}

const lines = (...records: object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');
const step = (number: number, more = {}) => ({ step: number, learningRate: 0.1, tokenLoss: 1 / number, ...more });
const evaluation = { count: 4, exactAccuracy: 0.5, accuracy: 0.9, halted: { exactAccuracy: 0.25, meanSegments: 1.5, haltingSteps: [2, 2] } }; // prettier-ignore

describe('the record of a run', () => {
  it('holds curves, evaluations and the time of each session, without pauses', async () => {
    const begin = { versions: { hrm: '1.2.3' }, machine: { backend: 'wasm' } };
    const run = await runWith('whole', {
      metrics: lines(
        step(1, { count: 2, exactAccuracy: 0.5, haltingSteps: [2, 0] }),
        step(2, { count: 0, haltingSteps: [0, 0] }),
        { step: 2, evaluation },
      ),
      observations: lines(
        { step: 0, time: 1000, begin },
        { step: 1, time: 1003, samplesPerSecond: 10, memory: 2e8 },
        { step: 1, time: 9000, begin },
        { step: 2, time: 9004, samplesPerSecond: 20, memory: 3e8 },
        { step: 2, puzzles: [] },
      ),
    });
    const record = await readRunRecord(run);
    expect(record).toMatchObject({ name: 'quick', lastStep: 2, plannedSteps: 4, samples: 4, seconds: 7 });
    expect(record.curves).toMatchObject({
      step: [1, 2],
      loss: [1, 0.5],
      exactAccuracy: [0.5, null],
      halted: [2, 0],
      samplesPerSecond: [10, 20],
      memory: [2e8, 3e8],
      halting: [{ step: 1, counts: [2, 0] }, { step: 2, counts: [0, 0] }], // prettier-ignore
    });
    expect(record.evaluations).toEqual([
      expect.objectContaining({ step: 2, count: 4, exactAccuracy: 0.5, halted: evaluation.halted }),
    ]);
    expect(record.sessions).toEqual([
      { began: '1970-01-01T00:16:40.000Z', step: 0, ...begin },
      { began: '1970-01-01T02:30:00.000Z', step: 1, ...begin },
    ]);
    expect(record.missing).toEqual([]);
  });

  it('leaves out a last line that is still being written', async () => {
    const run = await runWith('half', { metrics: `${lines(step(1), step(2))}{"step":3,"tokenLo` });
    expect((await readRunRecord(run)).lastStep).toBe(2);
  });

  it.each([
    ['is no JSON', '{"step":\n', /metrics\.jsonl.*line 2 is not JSON/],
    ['is no step', '{"step":-1}\n', /metrics\.jsonl.*line 2: step/],
    [
      'is no evaluation',
      '{"step":1,"evaluation":{"count":4,"exactAccuracy":7}}\n',
      /line 2: evaluation\.exactAccuracy/,
    ],
  ])('refuses a log with a line that %s, and names the line', async (name, line, message) => {
    const run = await runWith(name, { metrics: lines(step(1)) + line + lines(step(2)) });
    await expect(readRunRecord(run)).rejects.toThrow(message);
  });

  it('refuses endless counts, and a folder in the place of a log, by name', async () => {
    const long = step(1, { count: 1, exactAccuracy: 1, haltingSteps: Array(10_001).fill(0) });
    await expect(readRunRecord(await runWith('long', { metrics: lines(long) }))).rejects.toThrow(
      /line 1: haltingSteps/,
    );
    const odd = await runWith('odd', {});
    mkdirSync(join(odd, 'metrics.jsonl'));
    await expect(readRunRecord(odd)).rejects.toThrow(/odd.metrics\.jsonl: it is no file/);
  });

  it('leaves damaged observations out, and names them', async () => {
    const begin = { versions: {}, machine: {} };
    const late = { step: 0, time: 1e300, begin };
    const damaged = await runWith('damaged', {
      observations: `${lines(late, { step: 1, time: 1000, begin })}{"st\n${lines(late, late, late)}`,
    });
    const { sessions, missing } = await readRunRecord(damaged);
    expect(sessions).toHaveLength(1);
    expect(missing).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Left out of observations\.jsonl: line 1: time/),
        expect.stringMatching(/^Left out of observations\.jsonl: line 3 is not JSON/),
        expect.stringMatching(/^Left out of observations\.jsonl: line 4: time/),
        'So are 2 more lines.',
      ]),
    );
    expect(missing.join()).not.toContain('there is no observations.jsonl');
  });

  it('of a run that recorded nothing says what is missing, and invents nothing', async () => {
    const record = await readRunRecord(await runWith('empty', {}), { missing: ['Puzzles: none.'] });
    expect(record).toMatchObject({ seconds: undefined, parameters: undefined, sessions: [], lastStep: 0 });
    expect(record.checkpoints).toEqual({ best: undefined, last: undefined });
    expect(record.missing.map((sentence) => sentence.split(':')[0])).toEqual([
      'Puzzles',
      'Curves',
      'Speed, memory and time',
      'Held-out accuracy',
    ]);
  });
});

describe('curves', () => {
  it('stay small in a long run, and are means weighted by what was counted', () => {
    const curves = new RunCurves();
    for (let number = 1; number <= 3001; number++) {
      const isOdd = number % 2 === 1;
      curves.addStep(step(number, { count: isOdd ? 3 : 1, exactAccuracy: isOdd ? 1 : 0, haltingSteps: [1, 2] }));
    }
    const { stride, step: steps, exactAccuracy, halted, halting } = curves.curves;
    expect([stride, steps.length, steps[0], steps.at(-1)]).toEqual([4, 751, 4, 3001]);
    expect([exactAccuracy[0], halted[0]]).toEqual([0.75, 8]);
    expect(halting.length).toBeLessThanOrEqual(100);
    const total = halting.reduce((sum, { counts }) => sum + counts[1]!, 0);
    expect(total).toBe(2 * 3001);
  });
});

describe('lines of a growing file', () => {
  it('come once each, whole, and from the start after a cut', async () => {
    const path = join(folder, 'growing.jsonl');
    expect(await newLines(path)).toEqual({ lines: [], offset: 0, isCut: false });
    writeFileSync(path, 'one\ntwo\nthr');
    const first = await newLines(path);
    expect(first).toEqual({ lines: ['one', 'two'], offset: 8, isCut: false });
    appendFileSync(path, 'ee\n');
    expect(await newLines(path, first.offset)).toEqual({ lines: ['three'], offset: 14, isCut: false });
    truncateSync(path, 4);
    expect(await newLines(path, 14)).toEqual({ lines: ['one'], offset: 4, isCut: true });
  });
});

describe('the config next to its preset', () => {
  it('names the keys that differ, and the nearest preset of a config with a name of its own', () => {
    const config = loadRunConfig('sudoku-6x6', [
      'name=mine',
      'training.learningRate=0.5',
      'training.labelSmoothing=0.1',
    ]);
    expect(configRecord(config)).toMatchObject({
      preset: 'sudoku-6x6',
      changes: [
        { key: 'training.labelSmoothing', preset: '0', run: '0.1' },
        { key: 'training.learningRate', preset: '0.001', run: '0.5' },
      ],
      values: { 'training.learningRate': '0.5', 'task.size': '6' },
    });
  });
});

describe('calibration', () => {
  it('counts predictions in ten ranges, with the mean distance from what came true', () => {
    expect(calibrate([])).toBeUndefined();
    const bins = calibrate([
      { predicted: 0.1, isRight: false },
      { predicted: 0.9, isRight: true },
      { predicted: 0.94, isRight: false },
      { predicted: 1, isRight: true },
    ])!;
    expect(bins).toMatchObject({
      count: 4,
      bins: [
        { from: 0.1, count: 1, predicted: 0.1, right: 0 },
        { from: 0.9, to: 1, count: 3, right: 2 / 3 },
      ],
    });
    expect(bins.error).toBeCloseTo((0.1 + (2.84 - 2)) / 4);
  });
});
