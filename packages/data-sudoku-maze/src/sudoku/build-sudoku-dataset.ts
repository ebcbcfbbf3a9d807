import { answerByRule, followsRule } from '../maze/answer-by-rule';
import { type DihedralTransform, dihedralTransform } from '../maze/dihedral-transform';
import { MAZE_ALPHABET, type MazePuzzle } from '../maze/maze';
import { SeededRandom } from '../seeded-random';
import type { SudokuPuzzle } from '../sudoku/generate-sudoku';
import { geometryOfGrid } from '../sudoku/sudoku-geometry';
import { applySudokuSymmetry, sudokuSymmetrySampler } from '../sudoku/sudoku-symmetry';
import { checkPuzzleDataset, type PuzzleDataset } from './puzzle-dataset';
import type { PuzzleSequence } from './puzzle-sequence';
import { PAD_TOKEN } from './tokens';

/** The cells of one example. */
interface Example {
  question: Uint8Array;
  answer: Uint8Array;
}

/** Lays out groups of equal size, a puzzle for each example; all have the blank identifier, as in the official builders. */
function layOut(
  examples: Iterable<Example>,
  shape: { groups: number; groupSize: number; seqLen: number; vocabSize: number },
): PuzzleDataset {
  const { groups, groupSize, seqLen, vocabSize } = shape;
  const count = groups * groupSize;
  const inputs = new Uint8Array(count * seqLen);
  const labels = new Uint8Array(count * seqLen);
  let at = 0;
  for (const { question, answer } of examples) {
    inputs.set(question, at);
    labels.set(answer, at);
    at += seqLen;
  }
  // A cell that holds v is token v + 1.
  for (let index = 0; index < inputs.length; index++) {
    inputs[index]!++;
    labels[index]!++;
  }
  const dataset: PuzzleDataset = {
    metadata: {
      padId: PAD_TOKEN,
      ignoreLabelId: PAD_TOKEN,
      blankIdentifierId: 0,
      vocabSize,
      seqLen,
      numPuzzleIdentifiers: 1,
      totalGroups: groups,
      meanPuzzleExamples: 1,
      sets: ['all'],
    },
    sets: {
      all: {
        inputs,
        labels,
        puzzleIdentifiers: new Int32Array(count),
        puzzleIndices: Int32Array.from({ length: count + 1 }, (_, index) => index),
        groupIndices: Int32Array.from({ length: groups + 1 }, (_, index) => index * groupSize),
      },
    },
  };
  checkPuzzleDataset(dataset);
  return dataset;
}

/**
 * Builds a data set of Sudokus as the official dataset/build_sudoku_dataset.py: a group for each puzzle, the puzzle
 * itself first and then its augmentations. Tokens: 0 pads, 1 blank, digit d is d + 1; the vocabulary is size + 2.
 *
 * @param puzzles all of one size, at least one.
 * @param options `augmentations`: random symmetries added to each puzzle, default 0 (the official 1k training uses
 *   1000; for `trainBatches` the option `augment` is lighter); `seed`: default 0.
 * @throws RangeError for no puzzles, or puzzles of different sizes.
 *
 * @example
 * ```ts
 * import { buildSudokuDataset, generateSudokuPuzzles } from '@hrm/data-sudoku-maze';
 *
 * const puzzles = generateSudokuPuzzles({ size: 4, count: 100, seed: 0 });
 * const dataset = buildSudokuDataset(puzzles, { augmentations: 9 });
 * console.log(dataset.metadata.vocabSize, dataset.sets['all']!.inputs.length); // 6 16000
 * ```
 */
export function buildSudokuDataset(
  puzzles: PuzzleSequence<SudokuPuzzle>,
  options: { augmentations?: number; seed?: number } = {},
): PuzzleDataset {
  const [first] = puzzles;
  if (!first) throw new RangeError('A data set needs at least one puzzle; got none.');
  const { size, cells } = geometryOfGrid(first.question);
  const augmentations = options.augmentations ?? 0;
  if (!(Number.isInteger(augmentations) && augmentations >= 0)) {
    throw new RangeError(`augmentations must be an integer, 0 or more; got ${augmentations}.`);
  }
  const examples = function* (): Generator<Example> {
    const random = new SeededRandom(options.seed ?? 0);
    const drawSymmetry = sudokuSymmetrySampler(size);
    let index = 0;
    for (const { question, answer } of puzzles) {
      if (question.length !== cells || answer.length !== cells) {
        throw new RangeError(`All puzzles must be ${size}x${size} as the first; puzzle ${index} is not.`);
      }
      index++;
      yield { question, answer };
      for (let k = 0; k < augmentations; k++) {
        const symmetry = drawSymmetry(random);
        yield { question: applySudokuSymmetry(question, symmetry), answer: applySudokuSymmetry(answer, symmetry) };
      }
    }
  };
  const shape = { groups: puzzles.length, groupSize: 1 + augmentations, seqLen: cells, vocabSize: size + 2 };
  return layOut(examples(), shape);
}

/**
 * Builds a data set of mazes as the official dataset/build_maze_dataset.py: a group for each maze. Tokens: 0 pads,
 * `# SGo` are 1 to 5; the vocabulary is 6.
 *
 * @param puzzles all of one width and height, at least one.
 * @param options `dihedral`: add the 7 rotations and reflections of each maze to its group (square mazes only); default
 *   false. An answer by the official rule (see `shortestPath`) is computed anew for each, as that rule tells up from down;
 *   the official builder turns it, so that the answers contradict each other. Any other answer is turned with its maze.
 * @throws RangeError for no mazes, mazes of different sizes, or `dihedral` with mazes that are not square.
 *
 * @example
 * ```ts
 * import { buildMazeDataset, generateMazePuzzles } from '@hrm/data-sudoku-maze';
 *
 * const dataset = buildMazeDataset(generateMazePuzzles({ width: 10, count: 50 }), { dihedral: true });
 * console.log(dataset.metadata.seqLen, dataset.metadata.totalGroups); // 100 50
 * ```
 */
export function buildMazeDataset(
  puzzles: PuzzleSequence<MazePuzzle>,
  options: { dihedral?: boolean } = {},
): PuzzleDataset {
  const [first] = puzzles;
  if (!first) throw new RangeError('A data set needs at least one maze; got none.');
  const { width, height } = first;
  if (options.dihedral && width !== height) {
    throw new RangeError(`Only square mazes can be turned; these are ${width}x${height}. Leave \`dihedral\` out.`);
  }
  const transforms: DihedralTransform[] = options.dihedral ? [0, 1, 2, 3, 4, 5, 6, 7] : [0];
  const examples = function* (): Generator<Example> {
    let index = 0;
    for (const puzzle of puzzles) {
      const { question, answer } = puzzle;
      const fits = puzzle.width === width && puzzle.height === height && question.length === answer.length;
      if (!fits) throw new RangeError(`All mazes must be ${width}x${height} as the first; maze ${index} is not.`);
      index++;
      const isByRule = followsRule({ width, height, cells: question }, answer);
      for (const transform of transforms) {
        const turned = dihedralTransform(question, width, height, transform);
        const newAnswer = isByRule && answerByRule({ width, height, cells: turned });
        yield { question: turned, answer: newAnswer || dihedralTransform(answer, width, height, transform) };
      }
    }
  };
  const shape = { groups: puzzles.length, groupSize: transforms.length, seqLen: width * height };
  return layOut(examples(), { ...shape, vocabSize: MAZE_ALPHABET.length + 1 });
}
