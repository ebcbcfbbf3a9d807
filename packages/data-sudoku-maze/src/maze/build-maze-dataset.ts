import {
  applyDihedralTransform,
  buildDataset,
  type DihedralTransform,
  type Example,
  type PuzzleDataset,
  type PuzzleSequence,
} from '@hrm/data';
import { expectIterable, expectOptions } from '@hrm/files/internal';
import { exampleOf } from '../example-of';
import { answerByRule, followsRule } from './paths/answer-by-rule';
import { MAZE_ALPHABET, type MazePuzzle } from './maze';

/**
 * Builds a data set of mazes like the official dataset/build_maze_dataset.py: one group for each maze. Token 0 is
 * padding, `# SGo` are 1 to 5. The vocabulary is 6.
 *
 * @param puzzles at least one; all of the same width and height.
 * @param options `dihedral`: add the 7 rotations and reflections of each maze to its group (square mazes only); default
 *   false. An answer by the official rule (see `shortestPath`) is computed anew for each, because that rule depends on
 *   directions. (The official builder turns it, so its answers contradict each other.) Any other answer is turned with
 *   its maze.
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
  expectIterable('buildMazeDataset', puzzles);
  expectOptions('buildMazeDataset', options, ['dihedral']);
  const [first] = puzzles;
  if (!first) throw new RangeError('A data set needs at least one maze; got none.');
  const { width, height } = first;
  if (options.dihedral && width !== height) {
    throw new RangeError(`Only square mazes can be turned; these are ${width}x${height}. Leave \`dihedral\` out.`);
  }
  const transforms: DihedralTransform[] = options.dihedral ? [0, 1, 2, 3, 4, 5, 6, 7] : [0];
  const examples = function* (): Generator<Example> {
    let group = 0;
    for (const puzzle of puzzles) {
      const { question, answer } = puzzle;
      const fits = puzzle.width === width && puzzle.height === height && question.length === answer.length;
      if (!fits) throw new RangeError(`All mazes must be ${width}x${height} like the first; maze ${group} is not.`);
      const isByRule = followsRule({ width, height, cells: question }, answer);
      for (const transform of transforms) {
        const turned = applyDihedralTransform(question, width, height, transform);
        const newAnswer = isByRule && answerByRule({ width, height, cells: turned });
        yield exampleOf(
          { question: turned, answer: newAnswer || applyDihedralTransform(answer, width, height, transform) },
          group,
        );
      }
      group++;
    }
  };
  return buildDataset(examples(), { seqLen: width * height, vocabSize: MAZE_ALPHABET.length + 1 });
}
