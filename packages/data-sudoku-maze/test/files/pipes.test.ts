import { execFileSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMazeCsv, readPuzzleLines, readSudokuCsv } from '../../src/files';
import { dir, errorOf } from '../temporary-files';

// Windows has no named pipes in the file system.
describe.skipIf(process.platform === 'win32')('a pipe that nobody writes to', () => {
  it('is refused at once by every reader', async () => {
    const folder = await mkdtemp(join(dir, 'pipes-'));
    const pipe = join(folder, 'pipe.csv');
    execFileSync('mkfifo', [pipe]);
    for (const read of [readSudokuCsv, readPuzzleLines, (path: string) => readMazeCsv(path)]) {
      expect((await errorOf(read(pipe))).message).toBe(`${pipe}: it is a folder, pipe or device; expected a file`);
    }
  });
});
