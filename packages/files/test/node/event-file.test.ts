import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createEventFile } from '@hrm/files/node';
import { temporaryFolder } from './temporary-folder';

/** The parts of an event file between the two CRCs of each record, as Latin-1 text. */
function recordsOf(path: string): string[] {
  const bytes = readFileSync(path);
  const records: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    records.push(bytes.subarray(at + 12, at + 12 + length).toString('latin1'));
    at += 16 + length;
  }
  return records;
}

it('each start of a run has a file of its own, which sorts last and drops the steps that are redone', async () => {
  const folder = join(temporaryFolder(), 'tensorboard');
  const clock = { now: () => 1700000000.5 };
  const first = await createEventFile(folder, clock);
  await Promise.all([first.append(1, { loss: 2 }), first.append(2, { loss: 1 })]);
  await first.close();
  // The clock was set back meanwhile.
  const second = await createEventFile(folder, { firstStep: 2, now: () => 1600000000 });
  await second.append(2, { loss: 1 });
  await second.close();
  const names = readdirSync(folder).sort();
  expect(names.map((name) => name.slice(0, 30))).toEqual([
    'events.out.tfevents.1700000000',
    'events.out.tfevents.1700000001',
  ]);
  expect(join(folder, names[1]!)).toBe(second.path);
  const steps = names.map((name) => recordsOf(join(folder, name)).map((record) => record.slice(9)));
  const restart = '\x10\x02:\x02\x08\x01';
  expect(steps).toEqual([
    ['\x1a\rbrain.Event:2', expect.stringMatching(/^\x10\x01\*.*loss/s), expect.stringMatching(/^\x10\x02\*.*loss/s)],
    ['\x1a\rbrain.Event:2', restart, expect.stringMatching(/^\x10\x02\*.*loss/s)],
  ]);
});

it('writes nothing through a link', async () => {
  const folder = temporaryFolder();
  symlinkSync(temporaryFolder(), join(folder, 'tensorboard'));
  await expect(createEventFile(join(folder, 'tensorboard'))).rejects.toThrow('is a symbolic link; expected a folder');
});
