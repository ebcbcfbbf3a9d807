import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serializeNpy } from '@hrm/files';
import { describe, expect, it } from 'vitest';
import {
  cellsFromTokens,
  checkPuzzleDataset,
  evaluationBatches,
  type PuzzleDataset,
  type PuzzleSet,
  trainBatches,
} from '@hrm/data';
import {
  buildMazeDataset,
  buildSudokuDataset,
  generateMazePuzzles,
  generateSudokuPuzzles,
  shortestPath,
  verifyMaze,
  verifySudoku,
} from '../src/index';
import { drawPath } from '../src/maze/shortest-path';
import { type PuzzleFileError, readDataset, readIdentifiers, writeDataset } from '../src/files';
import { dir, errorOf, fileOf } from './temporary-files';
import { testdata } from './testdata';

describe('the data sets that the official builders wrote', () => {
  it.each([
    ['sudoku', 'train', 12, 36],
    ['sudoku', 'test', 8, 8],
    ['maze', 'train', 3, 24],
    ['maze', 'test', 8, 8],
  ])('%s/%s is read, with answers that are right', async (task, split, groups, examples) => {
    const { metadata, sets } = await readDataset(testdata(`official-${task}`), split);
    expect(metadata).toMatchObject({ totalGroups: groups, seqLen: task === 'sudoku' ? 81 : 900, sets: ['all'] });
    const { inputs, labels } = sets['all']!;
    const { seqLen } = metadata;
    expect(inputs.length / seqLen).toBe(examples);
    expect(inputs).toBeInstanceOf(Uint8Array);
    for (let at = 0; at < inputs.length; at += seqLen) {
      const question = cellsFromTokens(inputs.subarray(at, at + seqLen));
      const answer = cellsFromTokens(labels.subarray(at, at + seqLen));
      const verdict =
        task === 'sudoku'
          ? verifySudoku(question, answer)
          : verifyMaze({ width: 30, height: 30, cells: question }, answer);
      expect(verdict).toEqual({ valid: true, wrongCells: [] });
    }
  });

  it('mazes come in the eight transforms that we make, their answers turned where ours follow the rule', async () => {
    const official = await readDataset(testdata('official-maze'), 'train');
    const { inputs, labels } = official.sets['all']!;
    const puzzles = [0, 1, 2].map((group) => ({
      width: 30,
      height: 30,
      question: cellsFromTokens(inputs.subarray(group * 7200, group * 7200 + 900)),
      answer: cellsFromTokens(labels.subarray(group * 7200, group * 7200 + 900)),
    }));
    const ours = buildMazeDataset(puzzles, { dihedral: true });
    const { labels: answers, ...rest } = ours.sets['all']!;
    expect({ ...ours, sets: { all: { ...rest, labels } } }).toEqual(official);
    const cellsAt = (tokens: ArrayLike<number>, example: number) =>
      cellsFromTokens(Array.from({ length: 900 }, (_, cell) => tokens[example * 900 + cell]!));
    let differing = 0;
    for (let example = 0; example < 24; example++) {
      const maze = { width: 30, height: 30, cells: cellsAt(inputs, example) };
      const [answer, official] = [cellsAt(answers, example), cellsAt(labels, example)];
      expect(answer).toEqual(drawPath(maze.cells, shortestPath(maze)!));
      if (answer.join() !== official.join()) differing++;
      // What was not turned is theirs.
      if (example % 8 === 0) expect(answer).toEqual(official);
    }
    expect(differing).toBeGreaterThan(0);
  });

  it('have names for their identifiers', async () => {
    expect(await readIdentifiers(testdata('official-maze'))).toEqual(['<blank>']);
  });
});

describe('writing and reading a data set', () => {
  const sudoku = buildSudokuDataset(generateSudokuPuzzles({ size: 9, count: 5 }), { augmentations: 2 });
  const maze = buildMazeDataset(generateMazePuzzles({ width: 7, height: 5, count: 5 }));

  it.each([
    ['sudoku', sudoku],
    ['maze', maze],
  ])('gives the same back: %s', async (name, dataset) => {
    await writeDataset(join(dir, 'round', name), 'train', dataset);
    expect(await readDataset(join(dir, 'round', name), 'train')).toEqual(dataset);
    expect(await readIdentifiers(join(dir, 'round', name))).toEqual(['<blank>']);
  });

  it('keeps -100 as the label that has no loss, as PyTorch has it', async () => {
    const { metadata, sets } = sudoku;
    const { all } = sets as { all: PuzzleSet };
    const labels = Int32Array.from(all.labels, (label, index) => (index % 5 === 0 ? -100 : label));
    const dataset = { metadata: { ...metadata, ignoreLabelId: -100 }, sets: { all: { ...all, labels } } };
    await writeDataset(join(dir, 'ignored'), 'train', dataset);
    const read = await readDataset(join(dir, 'ignored'), 'train');
    expect(read).toEqual(dataset);
    const [batch] = evaluationBatches(read, { batchSize: 15 });
    expect(batch!.labels).toEqual(labels);
    expect([...trainBatches(read, { batchSize: 5, epochs: 1 })][0]!.labels).toContain(-100);

    labels[7] = -99;
    expect(() => checkPuzzleDataset(dataset)).toThrow('all.labels[7]: expected a token of 0 to 10; got -99');
    const inputs = labels.map((label, index) => (index === 0 ? -100 : Math.max(0, label)));
    expect(() => checkPuzzleDataset({ ...dataset, sets: { all: { ...all, inputs } } })).toThrow(
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

  it('writes what numpy and the official builders write, byte for byte', async () => {
    const official = testdata('official-maze');
    await writeDataset(join(dir, 'again'), 'train', await readDataset(official, 'train'));
    for (const name of await readdir(join(official, 'train'))) {
      if (name === 'dataset.json') continue;
      const [ours, theirs] = [join(dir, 'again', 'train', name), join(official, 'train', name)];
      expect(Buffer.compare(await readFile(ours), await readFile(theirs))).toBe(0);
    }
  });

  it('leaves nothing but the data set, and replaces one only when allowed', async () => {
    const place = join(dir, 'replace');
    await writeDataset(place, 'train', sudoku);
    expect((await errorOf(writeDataset(place, 'train', maze))).message).toMatch(/train: a data set is there already/);
    expect(await readDataset(place, 'train')).toEqual(sudoku);
    await writeDataset(place, 'train', maze, { overwrite: true });
    expect(await readDataset(place, 'train')).toEqual(maze);
    expect((await readdir(place)).sort()).toEqual(['identifiers.json', 'train']);
  });

  describe('replaces nothing but a data set:', () => {
    /** A place with a data set, a folder that is somebody's own, and what stands in both. */
    async function places(name: string) {
      const place = join(dir, 'foreign', name);
      const own = join(place, 'own', 'test');
      await mkdir(own, { recursive: true });
      await writeFile(join(own, 'thesis.txt'), 'mine');
      await writeDataset(join(place, 'data'), 'train', sudoku);
      const everything = async () => (await readdir(place, { recursive: true })).sort();
      return { place, own, everything };
    }

    it.each<[string, (place: string) => Promise<unknown>, RegExp]>([
      ['the folder is a link', async (place) => {
        await rm(join(place, 'data'), { recursive: true });
        await symlink('own', join(place, 'data'));
      }, /data: it is a symbolic link, through which nothing is overwritten/],
      ['the split is a link', (place) => symlink('../own/test', join(place, 'data', 'test')), /test: it is a symbolic link; expected a data set/],
      ['the split holds other files', (place) => rename(join(place, 'own', 'test'), join(place, 'data', 'test')), /test: it holds "thesis.txt"/],
      ['the split is a file', (place) => writeFile(join(place, 'data', 'test'), 'mine'), /test: it is no folder/],
      ['what is aside is a link', (place) => symlink('../own/test', join(place, 'data', '.test.replaced')), /\.test\.replaced: it is a symbolic link/],
      ['what is aside holds other files', (place) => rename(join(place, 'own', 'test'), join(place, 'data', '.test.replaced')), /\.test\.replaced: it holds "thesis.txt"/],
      ['identifiers.json is a link', async (place) => {
        await rm(join(place, 'data', 'identifiers.json'));
        await symlink('../own/test/thesis.txt', join(place, 'data', 'identifiers.json'));
      }, /identifiers\.json: it is a symbolic link, which is not replaced/],
      ['identifiers.json is something else', (place) => writeFile(join(place, 'data', 'identifiers.json'), '{"my":1}'), /identifiers\.json: expected a JSON list of strings/],
    ])('%s', async (name, prepare, message) => {
      const { place, everything } = await places(name.replaceAll(' ', '-'));
      await prepare(place);
      const before = await everything();
      const error = await errorOf(writeDataset(join(place, 'data'), 'test', maze, { overwrite: true }));
      expect(error.message).toMatch(message);
      expect(await everything()).toEqual(before);
    }); // prettier-ignore

    it('a link that the user named leads to a new one all the same', async () => {
      const { place } = await places('named');
      await mkdir(join(place, 'disk'));
      await symlink('disk', join(place, 'link'));
      await writeDataset(join(place, 'link'), 'train', sudoku);
      expect(await readDataset(join(place, 'link'), 'train')).toEqual(sudoku);
      expect((await readdir(join(place, 'disk'))).sort()).toEqual(['identifiers.json', 'train']);
    });
  });

  it('leaves nothing behind when it fails', async () => {
    const blocked = await fileOf('a file where the folder should be');
    expect((await errorOf(writeDataset(blocked, 'train', sudoku))).path).toBe(join(blocked, 'train'));
    const broken = structuredClone(sudoku);
    broken.sets['all']!.inputs[0] = 99;
    await expect(writeDataset(join(dir, 'broken'), 'train', broken)).rejects.toThrow(/all\.inputs\[0\]/);
    await expect(readdir(join(dir, 'broken'))).rejects.toThrow(/ENOENT/);
    // The last step fails: identifiers.json cannot replace a folder.
    await mkdir(join(dir, 'half', 'identifiers.json'), { recursive: true });
    await errorOf(writeDataset(join(dir, 'half'), 'train', sudoku));
    expect(await readdir(join(dir, 'half'))).toEqual(['identifiers.json']);
  });

  it.each(['../train', '', '.', 'a/b'])('refuses the split %j', async (split) => {
    await expect(writeDataset(dir, split, sudoku)).rejects.toThrow(/plain name/);
    await expect(readDataset(dir, split)).rejects.toThrow(/plain name/);
  });

  const damaged = async (name: string, change: (folder: string) => Promise<unknown>): Promise<PuzzleFileError> => {
    await writeDataset(join(dir, 'damaged', name), 'train', sudoku);
    await change(join(dir, 'damaged', name, 'train'));
    return errorOf(readDataset(join(dir, 'damaged', name), 'train'));
  };
  const replaceNpy =
    (file: string, shape: number[], data: Uint8Array | Int32Array | Float32Array) => (folder: string) =>
      writeFile(join(folder, file), serializeNpy({ shape, data }));

  it('names the file and the byte where an array is cut', async () => {
    const error = await damaged('cut', async (folder) => {
      const path = join(folder, 'all__labels.npy');
      await writeFile(path, (await readFile(path)).subarray(0, 500));
    });
    expect(error.path).toMatch(/cut.train.all__labels\.npy$/);
    expect(error.offset).toBe(500);
    expect(error.message).toMatch(/all__labels\.npy: byte 500: there are 372 bytes of data; expected 1215/);
  });

  const cases: [string, (folder: string) => Promise<unknown>, RegExp][] = [
    [
      'a missing array',
      (folder) => rm(join(folder, 'all__inputs.npy')),
      /all__inputs\.npy: it cannot be read \(ENOENT/,
    ],
    ['missing metadata', (folder) => rm(join(folder, 'dataset.json')), /dataset\.json: it cannot be read \(ENOENT/],
    ['broken metadata', (folder) => writeFile(join(folder, 'dataset.json'), '{"pad_id":'), /dataset\.json: .*no JSON/],
    [
      'other widths',
      replaceNpy('all__inputs.npy', [15, 80], new Uint8Array(1200)),
      /81 tokens .* got the shape \(15, 80\)/,
    ],
    ['one axis', replaceNpy('all__inputs.npy', [1215], new Uint8Array(1215)), /2 axes; got the shape \(1215\)/],
    ['fractions', replaceNpy('all__inputs.npy', [15, 81], new Float32Array(1215)), /expected integers; got f4/],
    [
      'foreign tokens',
      replaceNpy('all__inputs.npy', [15, 81], new Uint8Array(1215).fill(11)),
      /element 0 is 11; expected a token of 0 to 10/,
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

  it('refuses files larger than allowed before reading them', async () => {
    await writeDataset(join(dir, 'big'), 'train', sudoku);
    const error = await errorOf(readDataset(join(dir, 'big'), 'train', { maxFileBytes: 1000 }));
    expect(error.message).toMatch(/1343 bytes long; expected at most 1000/);
  });

  it('refuses names of identifiers that are no list of strings', async () => {
    await mkdir(join(dir, 'names'));
    await writeFile(join(dir, 'names', 'identifiers.json'), '[1]');
    expect((await errorOf(readIdentifiers(join(dir, 'names')))).message).toMatch(/JSON list of strings/);
  });
});
