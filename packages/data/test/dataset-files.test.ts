import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FileFormatError, serializeNpy } from '@hrm/files';
import {
  expectPuzzleDataset,
  evaluationBatches,
  type PuzzleDataset,
  type PuzzleSet,
  trainingBatches,
} from '../src/index';
import { readDataset, readIdentifiers, writeDataset } from '../src/files';
import { dir, errorOf, fileOf } from './temporary-files';
import { numbers } from './numbers';

describe('writing and reading a data set', () => {
  const square = numbers({ groups: 5, groupSize: 3, seqLen: 81, vocabSize: 11 });
  const wide = numbers({ groups: 5, groupSize: 1, seqLen: 35, vocabSize: 6 });

  it.each([
    ['square', square],
    ['wide', wide],
  ])('gives the same back: %s', async (name, dataset) => {
    await writeDataset(join(dir, 'round', name), 'train', dataset);
    expect(await readDataset(join(dir, 'round', name), 'train')).toEqual(dataset);
    expect(await readIdentifiers(join(dir, 'round', name))).toEqual(['<blank>']);
    const json = await readFile(join(dir, 'round', name, 'train', 'dataset.json'), 'utf8');
    expect(JSON.parse(json)).toMatchObject({ total_puzzles: dataset.sets['all']!.puzzleIdentifiers.length });
  });

  it('keeps -100 as the label without a loss, as in PyTorch', async () => {
    const { metadata, sets } = square;
    const { all } = sets as { all: PuzzleSet };
    const labels = Int32Array.from(all.labels, (label, index) => (index % 5 === 0 ? -100 : label));
    const dataset = { metadata: { ...metadata, ignoreLabelId: -100 }, sets: { all: { ...all, labels } } };
    await writeDataset(join(dir, 'ignored'), 'train', dataset);
    const read = await readDataset(join(dir, 'ignored'), 'train');
    expect(read).toEqual(dataset);
    const [batch] = evaluationBatches(read, { batchSize: 15 });
    expect(batch!.labels).toEqual(labels);
    expect([...trainingBatches(read, { batchSize: 5, epochs: 1 })][0]!.labels).toContain(-100);

    labels[7] = -99;
    expect(() => expectPuzzleDataset(dataset)).toThrow('all.labels[7]: expected a token from 0 to 10; got -99');
    const inputs = labels.map((label, index) => (index === 0 ? -100 : Math.max(0, label)));
    expect(() => expectPuzzleDataset({ ...dataset, sets: { all: { ...all, inputs } } })).toThrow(
      /all.inputs\[0\].*-100/,
    );
  });

  it('keeps tokens of a large vocabulary, several sets and other identifiers', async () => {
    const set = {
      inputs: Int32Array.of(1, 70_000, 3, 4),
      labels: Int32Array.of(0, 2, 70_000, 4),
      puzzleIdentifiers: Int32Array.of(2),
      puzzleIndices: Int32Array.of(0, 2),
      groupIndices: Int32Array.of(0, 1),
    };
    const dataset: PuzzleDataset = {
      metadata: {
        padId: 0,
        ignoreLabelId: null,
        blankIdentifierId: 0,
        vocabSize: 70_001,
        seqLen: 2,
        numPuzzleIdentifiers: 3,
        totalGroups: 2,
        meanPuzzleExamples: 2,
        sets: ['all', 'more'],
      },
      sets: { all: set, more: set },
    };
    await writeDataset(join(dir, 'large'), 'test', dataset, { identifiers: ['<blank>', 'a', 'b'] });
    expect(await readDataset(join(dir, 'large'), 'test')).toEqual(dataset);
    expect(await readIdentifiers(join(dir, 'large'))).toEqual(['<blank>', 'a', 'b']);
  });

  it('leaves only the data set, and replaces one only if allowed', async () => {
    const place = join(dir, 'replace');
    await writeDataset(place, 'train', square);
    expect((await errorOf(writeDataset(place, 'train', wide))).message).toMatch(/train: it already exists/);
    expect(await readDataset(place, 'train')).toEqual(square);
    await writeDataset(place, 'train', wide, { overwrite: true });
    expect(await readDataset(place, 'train')).toEqual(wide);
    expect((await readdir(place)).sort()).toEqual(['identifiers.json', 'train']);
  });

  describe('replaces only a data set:', () => {
    /** A folder with a data set, and a folder with other files of a user. */
    async function places(name: string) {
      const place = join(dir, 'foreign', name);
      const own = join(place, 'own', 'test');
      await mkdir(own, { recursive: true });
      await writeFile(join(own, 'thesis.txt'), 'mine');
      await writeDataset(join(place, 'data'), 'train', square);
      const everything = async () => (await readdir(place, { recursive: true })).sort();
      return { place, own, everything };
    }

    it.each<[string, (place: string) => Promise<unknown>, RegExp]>([
      ['the folder is a link', async (place) => {
        await rm(join(place, 'data'), { recursive: true });
        await symlink('own', join(place, 'data'));
      }, /data: it is a symbolic link, and nothing is overwritten through a link/],
      ['the split is a link', (place) => symlink('../own/test', join(place, 'data', 'test')), /test: it is a symbolic link; expected a data set/],
      ['the split holds other files', (place) => rename(join(place, 'own', 'test'), join(place, 'data', 'test')), /test: it holds "thesis.txt"/],
      ['the split is a file', (place) => writeFile(join(place, 'data', 'test'), 'mine'), /test: it is not a folder/],
      ['the replaced split is a link', (place) => symlink('../own/test', join(place, 'data', '.test.replaced')), /\.test\.replaced: it is a symbolic link/],
      ['the replaced split holds other files', (place) => rename(join(place, 'own', 'test'), join(place, 'data', '.test.replaced')), /\.test\.replaced: it holds "thesis.txt"/],
      ['identifiers.json is a link', async (place) => {
        await rm(join(place, 'data', 'identifiers.json'));
        await symlink('../own/test/thesis.txt', join(place, 'data', 'identifiers.json'));
      }, /identifiers\.json: it is a symbolic link, which is not replaced/],
      ['identifiers.json has other contents', (place) => writeFile(join(place, 'data', 'identifiers.json'), '{"my":1}'), /identifiers\.json: .* expected a JSON list of strings/],
    ])('%s', async (name, prepare, message) => {
      const { place, everything } = await places(name.replaceAll(' ', '-'));
      await prepare(place);
      const before = await everything();
      const error = await errorOf(writeDataset(join(place, 'data'), 'test', wide, { overwrite: true }));
      expect(error.message).toMatch(message);
      expect(await everything()).toEqual(before);
    }); // prettier-ignore

    it('follows a link that the user gave, for a new data set', async () => {
      const { place } = await places('named');
      await mkdir(join(place, 'disk'));
      await symlink('disk', join(place, 'link'));
      await writeDataset(join(place, 'link'), 'train', square);
      expect(await readDataset(join(place, 'link'), 'train')).toEqual(square);
      expect((await readdir(join(place, 'disk'))).sort()).toEqual(['identifiers.json', 'train']);
    });
  });

  it('leaves no files behind if it fails', async () => {
    const blocked = await fileOf('a file where the folder should be');
    expect((await errorOf(writeDataset(blocked, 'train', square))).path).toBe(join(blocked, 'train'));
    const broken = structuredClone(square);
    broken.sets['all']!.inputs[0] = 99;
    await expect(writeDataset(join(dir, 'broken'), 'train', broken)).rejects.toThrow(/all\.inputs\[0\]/);
    await expect(readdir(join(dir, 'broken'))).rejects.toThrow(/ENOENT/);
    // The last step fails, because identifiers.json cannot replace a folder.
    await mkdir(join(dir, 'half', 'identifiers.json'), { recursive: true });
    await errorOf(writeDataset(join(dir, 'half'), 'train', square));
    expect(await readdir(join(dir, 'half'))).toEqual(['identifiers.json']);
  });

  it.each(['../train', '', '.', 'a/b'])('refuses the split %j', async (split) => {
    await expect(writeDataset(dir, split, square)).rejects.toThrow(/plain name/);
    await expect(readDataset(dir, split)).rejects.toThrow(/plain name/);
  });

  const damaged = async (name: string, change: (folder: string) => Promise<unknown>): Promise<FileFormatError> => {
    await writeDataset(join(dir, 'damaged', name), 'train', square);
    await change(join(dir, 'damaged', name, 'train'));
    return errorOf(readDataset(join(dir, 'damaged', name), 'train'));
  };
  const replaceNpy =
    (file: string, shape: number[], data: Uint8Array | Int32Array | Float32Array) => (folder: string) =>
      writeFile(join(folder, file), serializeNpy({ shape, data }));

  it('names the file and the byte at which an array is cut off', async () => {
    const error = await damaged('cut', async (folder) => {
      const path = join(folder, 'all__labels.npy');
      await writeFile(path, (await readFile(path)).subarray(0, 500));
    });
    expect(error.path).toMatch(/cut.train.all__labels\.npy$/);
    expect(error.offset).toBe(500);
    expect(error.message).toMatch(/all__labels\.npy, byte 500: there are 372 bytes of data; expected 1215/);
  });

  const cases: [string, (folder: string) => Promise<unknown>, RegExp][] = [
    [
      'a missing array',
      (folder) => rm(join(folder, 'all__inputs.npy')),
      /all__inputs\.npy: it cannot be read \(ENOENT/,
    ],
    ['missing metadata', (folder) => rm(join(folder, 'dataset.json')), /dataset\.json: it cannot be read \(ENOENT/],
    ['broken metadata', (folder) => writeFile(join(folder, 'dataset.json'), '{"pad_id":'), /dataset\.json: .*not JSON/],
    [
      'other widths',
      replaceNpy('all__inputs.npy', [15, 80], new Uint8Array(1200)),
      /the shape \(15, 80\); expected examples of 81 tokens/,
    ],
    ['one axis', replaceNpy('all__inputs.npy', [1215], new Uint8Array(1215)), /the shape \(1215\); expected 2 axes/],
    ['fractions', replaceNpy('all__inputs.npy', [15, 81], new Float32Array(1215)), /it holds f4; expected integers/],
    [
      'foreign tokens',
      replaceNpy('all__inputs.npy', [15, 81], new Uint8Array(1215).fill(11)),
      /element 0 is 11; expected a token from 0 to 10/,
    ],
    ['negative tokens', replaceNpy('all__labels.npy', [15, 81], new Int32Array(1215).fill(-1)), /element 0 is -1/],
    ['fewer labels', replaceNpy('all__labels.npy', [14, 81], new Uint8Array(1134)), /1215 inputs and 1134 labels/],
    [
      'indices that fall',
      replaceNpy('all__group_indices.npy', [6], Int32Array.of(0, 9, 6, 9, 12, 15)),
      /groupIndices\[2\]/,
    ],
    [
      'a folder for a file',
      async (folder) => {
        await rm(join(folder, 'all__inputs.npy'));
        await mkdir(join(folder, 'all__inputs.npy'));
      },
      /all__inputs\.npy: it is a folder, pipe or device; expected a file/,
    ],
  ];
  it.each(cases)('refuses %s', async (name, change, message) => {
    expect((await damaged(name.replaceAll(' ', '-'), change)).message).toMatch(message);
  });

  it('refuses files over the size limit before it reads them', async () => {
    await writeDataset(join(dir, 'big'), 'train', square);
    const error = await errorOf(readDataset(join(dir, 'big'), 'train', { maxFileBytes: 1000 }));
    expect(error.message).toMatch(/1343 bytes long; expected at most 1000/);
  });

  it('refuses names of identifiers that are not a list of strings', async () => {
    await mkdir(join(dir, 'names'));
    await writeFile(join(dir, 'names', 'identifiers.json'), '[1]');
    expect((await errorOf(readIdentifiers(join(dir, 'names')))).message).toMatch(/JSON list of strings/);
  });
});

// Windows has no named pipes in the file system.
describe.skipIf(process.platform === 'win32')('a pipe that nobody writes to', () => {
  it('is refused at once in place of each file', async () => {
    const folder = join(dir, 'pipes');
    await writeDataset(folder, 'train', numbers({ groups: 4, groupSize: 1, seqLen: 16, vocabSize: 6 }));
    for (const name of ['dataset.json', 'all__labels.npy']) {
      const path = join(folder, 'train', name);
      await rename(path, join(folder, name));
      execFileSync('mkfifo', [path]);
      expect((await errorOf(readDataset(folder, 'train'))).message).toContain(
        `${path}: it is a folder, pipe or device; expected a file`,
      );
      await rename(path, `${path}.pipe`);
      await rename(join(folder, name), path);
    }
  });
});

describe('a data set whose tokens are made as they are written', () => {
  const { metadata, sets } = numbers({ groups: 5, groupSize: 3, seqLen: 81, vocabSize: 11 });
  const { inputs, labels, ...indices } = sets['all']!;
  const parts = function* (tokens: PuzzleSet['inputs']) {
    for (let start = 0; start < tokens.length; start += 100) yield Uint8Array.from(tokens.subarray(start, start + 100));
  };
  const streamed = (change: object = {}) => ({
    metadata,
    sets: { all: { examples: 15, inputs: parts(inputs), labels: parts(labels), ...indices, ...change } },
  });

  it('has the same files as one in memory', async () => {
    await writeDataset(join(dir, 'whole'), 'train', { metadata, sets });
    await writeDataset(join(dir, 'streamed'), 'train', streamed());
    const names = await readdir(join(dir, 'whole', 'train'));
    expect(await readdir(join(dir, 'streamed', 'train'))).toEqual(names);
    for (const name of names) {
      const [whole, other] = ['whole', 'streamed'].map((folder) => readFile(join(dir, folder, 'train', name)));
      expect(await other, name).toEqual(await whole);
    }
  });

  it.each([
    ['too few tokens', { inputs: parts(inputs.subarray(81)) }, /all.inputs: expected 1215 tokens, .* got 1134/],
    [
      'a wrong token',
      { labels: parts(labels.map((label, k) => (k === 700 ? 11 : label))) },
      /all.labels\[700\].*got 11/,
    ],
    ['another number of examples', { examples: 14 }, /all.puzzleIndices: expected to end at the 14 examples/],
  ])('with %s leaves nothing', async (problem, change, message) => {
    const folder = join(dir, 'streamed', problem);
    await expect(writeDataset(folder, 'train', streamed(change))).rejects.toThrow(message);
    expect((await readdir(folder).catch(() => [])).filter((name) => name !== 'identifiers.json')).toEqual([]);
  });
});
