import * as library from '@hrm/data';
import * as files from '@hrm/data/files';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe } from 'vitest';
import { testFailingCalls } from './failing-calls';

const example = { input: [1, 2], output: [2, 1] };
const sizes = { vocabSize: 4, seqLen: 2 };
const dataset = library.buildDataset([example], sizes);
const task = library.defineTask({
  name: 'a test',
  ...sizes,
  encode: () => [1],
  decode: () => '1',
  generate: (random) => ({ input: [1 + random.integer(3)], output: [1] }),
});

describe('@hrm/data', () => {
  testFailingCalls(library, {
    applyDihedralTransform: { args: [Int32Array.of(1, 2, 3, 4), 2, 2, 1] },
    buildDataset: { args: [[example], sizes] },
    cellsFromTokens: { args: [[1, 2]] },
    countEqualPuzzles: { args: [{ puzzles: ['a'], among: ['b'], classOf: (puzzle: string) => puzzle }], options: 0 },
    defineTask: { args: [{ ...sizes, name: 'a test', encode: () => [1], decode: () => '1' }], options: 0 },
    dihedralSize: { args: [2, 3, 1] },
    dihedralSource: { args: [2, 3, 1] },
    evaluationBatches: { args: [dataset, { batchSize: 1 }], options: 1 },
    textRows: { args: [['1', '2'], 2] },
    drawGrid: { args: [[[0, 1]], { color: true }], options: 1 },
    ExampleTable: 'tested elsewhere',
    expectDatasetSize: { args: [1, sizes] },
    expectPuzzleDataset: { args: [dataset] },
    expectTaskOptions: { args: ['a test', { size: 3 }, { size: [1, 9] }], options: 1 },
    findAlphabet: { args: [[{ input: 'ab', output: 'b' }], { separator: '' }], options: 1 },
    generateExamples: { args: [task, { count: 1 }], options: 1 },
    gridFromTokens: { args: [[2, 3], { width: 2, height: 1 }], options: 1 },
    gridPlanner: { args: [] },
    gridTask: { args: [{ width: 2, height: 2 }], options: 0 },
    gridTokens: { args: [[[0, 1]], { width: 2, height: 1 }], options: 1 },
    invalid: { args: ['why', [1]] },
    metadataFromJson: { args: [library.metadataToJson(dataset.metadata)] },
    metadataToJson: { args: [dataset.metadata] },
    mixDatasets: { args: [[{ dataset }]] },
    PuzzleDatasetError: 'tested elsewhere',
    PuzzleTextError: 'tested elsewhere',
    remapIdentifiers: { args: [dataset, { names: ['<blank>'], known: ['<blank>'] }], options: 1 },
    revealAnswers: { args: [{ share: 0.5, most: 3 }], options: 0 },
    rowPlaces: { args: [{ count: 2, seed: 0 }], options: 0 },
    SeededRandom: 'tested elsewhere',
    selectPuzzles: { args: [dataset, () => true] },
    sequencePlanner: { args: [{ alphabet: 'ab' }], options: 0 },
    shapeKeepingTransforms: { args: [2, 3] },
    TaskError: 'tested elsewhere',
    tokensFromCells: { args: [[0, 1]] },
    tokensTask: { args: [{ seqLen: 3, alphabet: 'ab' }], options: 0 },
    trainingBatches: { args: [dataset, { batchSize: 1 }], options: 1 },
    unseenIdentifiers: { args: [dataset, { names: ['<blank>'], known: ['<blank>'] }], options: 1 },
  });
});

describe('@hrm/data/files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hrm-failing-calls-'));
  const lines = join(folder, 'examples.jsonl');
  beforeAll(async () => {
    // A wrong path is a relative one, such as 'text'.
    process.chdir(folder);
    await files.writeDataset(folder, 'train', dataset);
    writeFileSync(lines, '{"input": "1+2", "output": "3"}\n');
  });
  testFailingCalls(files, {
    writeDataset: { args: [folder, 'train', dataset, { overwrite: true }], options: 3 },
    readExamples: { args: [lines, {}], options: 1 },
    readDataset: { args: [folder, 'train', {}], options: 2 },
    readIdentifiers: { args: [folder] },
  });
});
