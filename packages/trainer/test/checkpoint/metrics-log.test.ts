import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MetricsLog } from '../../src/checkpoint/metrics-log';
import { replaceFile } from '../../src/checkpoint/replace-file';
import { temporaryFolder } from './small-checkpoint';

const logPath = () => join(temporaryFolder(), 'metrics.jsonl');

describe('a log of metrics', () => {
  test('is, after resuming, what it would be had nothing happened', async () => {
    const path = logPath();
    const record = (step: number) => ({ step, loss: 1 / step, text: 'µ' });
    const first = await MetricsLog.open(path);
    for (let step = 1; step <= 3; step++) await first.append(record(step));
    await first.flush();
    const { length } = first;
    expect(length).toBe(readFileSync(path).length);
    for (let step = 4; step <= 6; step++) await first.append({ step, other: 'course' });
    await first.close();
    writeFileSync(path, '{"torn', { flag: 'a' });
    const second = await MetricsLog.open(path, { length });
    expect(second.length).toBe(length);
    for (let step = 4; step <= 5; step++) await second.append(record(step));
    await second.close();
    const lines = [1, 2, 3, 4, 5].map((step) => `${JSON.stringify(record(step))}\n`);
    expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
  });

  test('takes lines in order though nobody waits', async () => {
    const path = logPath();
    const log = await MetricsLog.open(path);
    for (let step = 0; step < 100; step++) void log.append({ step });
    await log.flush();
    expect(log.length).toBe(readFileSync(path).length);
    const steps = readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => (JSON.parse(line) as { step: number }).step); // prettier-ignore
    expect(steps).toEqual(Array.from({ length: 100 }, (_, step) => step));
    await log.close();
  });

  test('started anew is empty', async () => {
    const path = logPath();
    writeFileSync(path, '{"old":1}\n');
    const log = await MetricsLog.open(path, { length: 0 });
    await log.close();
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  test.each([
    ['there already', '{"a":1}\n', undefined, 'there is a log of 8 bytes already'],
    ['shorter than the checkpoint says', '{"a":1}\n', 9, 'the log is 8 bytes long; expected at least 9'],
    ['gone', undefined, 9, 'the log is 0 bytes long; expected at least 9'],
    ['of other lines', '{"a":1}\n{"b":2}\n', 5, 'byte 5: no line ends here'],
  ])('%s is refused and stays as it is', async (_name, content, length, message) => {
    const path = logPath();
    if (content !== undefined) writeFileSync(path, content);
    await expect(MetricsLog.open(path, { length })).rejects.toThrow(message);
    expect(readFileSync(path, 'utf8')).toBe(content ?? '');
  });

  test('takes no record that JSON cannot hold', async () => {
    const log = await MetricsLog.open(logPath());
    await expect(log.append({ loss: Number.NaN })).rejects.toThrow('record.loss is NaN');
    await expect(log.append({ loss: undefined })).rejects.toThrow('record.loss is undefined');
    expect(log.length).toBe(0);
    await log.close();
  });
});

test('a file is replaced whole', async () => {
  const path = join(temporaryFolder(), 'config.json');
  await replaceFile(path, new TextEncoder().encode('one'));
  await replaceFile(path, new TextEncoder().encode('two'));
  expect(readFileSync(path, 'utf8')).toBe('two');
  await expect(replaceFile(join(path, 'x'), new Uint8Array())).rejects.toMatchObject({ code: 'ENOTDIR' });
});
