import { linkSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MetricsLog } from '../../src/checkpoint/metrics-log';
import { temporaryFolder } from '../../../files/test/node/temporary-folder';

const logPath = () => join(temporaryFolder(), 'metrics.jsonl');

describe('a log of metrics', () => {
  test('is the same after resuming as without an interruption', async () => {
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

  test('keeps lines in order although the caller does not wait', async () => {
    const path = logPath();
    const log = await MetricsLog.open(path);
    for (let step = 0; step < 100; step++) void log.append({ step });
    await log.flush();
    expect(log.length).toBe(readFileSync(path).length);
    const steps = readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => (JSON.parse(line) as { step: number }).step); // prettier-ignore
    expect(steps).toEqual(Array.from({ length: 100 }, (_, step) => step));
    await log.close();
  });

  test('is empty when started anew', async () => {
    const path = logPath();
    writeFileSync(path, '{"old":1}\n');
    const log = await MetricsLog.open(path, { length: 0 });
    await log.close();
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  test('that exists is refused and unchanged, if no length is given', async () => {
    const path = logPath();
    writeFileSync(path, '{"a":1}\n');
    await expect(MetricsLog.open(path)).rejects.toThrow('there is a log of 8 bytes already');
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n');
    await expect(MetricsLog.open(path, { length: -5 })).rejects.toThrow('the length of the log is -5');
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n');
  });

  /** Opens a log and appends a line to it; returns what was warned of. */
  async function appendTo(path: string, length: number): Promise<string[]> {
    const warnings: string[] = [];
    const log = await MetricsLog.open(path, { length, onWarning: (warning) => warnings.push(warning) });
    await log.append({ new: 1 });
    expect(log.length).toBe(readFileSync(path).length);
    await log.close();
    return warnings;
  }

  test.each([
    ['cut', '{"a":1}\n', 9, 'the log is 8 bytes long, and was 9'],
    ['empty', '', 9, 'the log is 0 bytes long'],
    ['of other lines', '{"a":1}\n{"b":2}\n', 5, 'no line ends at byte 5'],
  ])('that is %s is set aside with a warning, and a new one begins', async (_name, content, length, message) => {
    const path = logPath();
    writeFileSync(path, content);
    writeFileSync(`${path}.damaged-1`, 'of an earlier time');
    expect(await appendTo(path, length)).toEqual([expect.stringMatching(`${message}.*${path}.damaged-2`)]);
    expect(readFileSync(path, 'utf8')).toBe('{"new":1}\n');
    expect(readFileSync(`${path}.damaged-2`, 'utf8')).toBe(content);
    expect(readFileSync(`${path}.damaged-1`, 'utf8')).toBe('of an earlier time');
  });

  test('that is missing starts anew, with a warning', async () => {
    const path = logPath();
    expect(await appendTo(path, 9)).toEqual([expect.stringContaining('is missing, which had 9 bytes')]);
    expect(readFileSync(path, 'utf8')).toBe('{"new":1}\n');
  });

  test.each([0, 8])('that is a link is set aside, and its target is unchanged (length %i)', async (length) => {
    const path = logPath();
    const target = join(temporaryFolder(), 'thesis.txt');
    writeFileSync(target, '{"a":1}\nmine\n');
    symlinkSync(target, path);
    expect(await appendTo(path, length)).toEqual([expect.stringContaining('it is a link instead of a file')]);
    expect(readFileSync(target, 'utf8')).toBe('{"a":1}\nmine\n');
    expect(readFileSync(path, 'utf8')).toBe('{"new":1}\n');
    expect(lstatSync(`${path}.damaged-1`).isSymbolicLink()).toBe(true);
  });

  test.each([0, 8])('that is also known by another name is copied first (length %i)', async (length) => {
    const path = logPath();
    const other = join(temporaryFolder(), 'backup.jsonl');
    writeFileSync(other, '{"a":1}\n{"b":2}\n');
    linkSync(other, path);
    expect(await appendTo(path, length)).toEqual([]);
    expect(readFileSync(other, 'utf8')).toBe('{"a":1}\n{"b":2}\n');
    expect(readFileSync(path, 'utf8')).toBe(`${'{"a":1}\n'.slice(0, length)}{"new":1}\n`);
    expect(readdirSync(dirname(path))).toEqual(['metrics.jsonl']);
  });

  test('refuses a record that JSON cannot hold', async () => {
    const log = await MetricsLog.open(logPath());
    await expect(log.append({ loss: Number.NaN })).rejects.toThrow('record.loss is NaN');
    await expect(log.append({ loss: undefined })).rejects.toThrow('record.loss is undefined');
    expect(log.length).toBe(0);
    await log.close();
  });
});
