import { gridTokens } from '../grids/grid-tokens';
import { gridTask, type GridTaskOptions } from '../tasks/grid-task';
import { PuzzleTextError } from '../tasks/puzzle-text-error';
import { type ImportPlanner, MAX_VOCAB_SIZE } from './import-plan';
import type { RawSequence } from './raw-example';

type Grid = readonly (readonly number[])[];

function asGrid(sequence: RawSequence, name: string, line: number | undefined): Grid {
  const fail = (message: string): never => {
    throw new PuzzleTextError(message, undefined, line);
  };
  if (typeof sequence === 'string' || typeof sequence[0] !== 'object') {
    return fail(
      `The ${name} is ${typeof sequence === 'string' ? 'text' : 'a list'}, expected a grid such as [[0, 1], [1, 0]].`,
    );
  }
  const grid = sequence as Grid;
  const most = MAX_VOCAB_SIZE - 3;
  const wrong = grid.flat().find((color) => color < 0 || color > most);
  return wrong === undefined ? grid : fail(`The ${name} has the color ${wrong}, expected 0 to ${most}.`);
}

/**
 * Plans how examples of grids become tokens, for {@link gridTask}. All examples get the height and the width of the
 * largest grids.
 *
 * @example
 * ```ts
 * import { buildDataset, gridPlanner } from '@hrm/data';
 *
 * const examples = [{ input: [[1, 2, 3]], output: [[3], [2]] }];
 * const planner = gridPlanner();
 * planner.add(examples);
 * const { task, options, encode } = planner.plan();
 * console.log(options); // { width: 3, height: 2, colors: 4 }
 * console.log(buildDataset(examples.map(encode), task).sets['all']!.labels.join()); // 5,1,0,4,1,0
 * ```
 */
export function gridPlanner(): ImportPlanner<GridTaskOptions> {
  const [first, later] = [new Set<number>(), new Set<number>()];
  let files = 0;
  const largest = { input: { rows: 0, columns: 0 }, output: { rows: 0, columns: 0 } };
  return {
    add: (examples) => {
      files++;
      for (const example of examples) {
        for (const name of ['input', 'output'] as const) {
          const grid = asGrid(example[name], name, example.line);
          const { rows, columns } = largest[name];
          largest[name] = { rows: Math.max(rows, grid.length), columns: Math.max(columns, grid[0]!.length) };
          for (const color of grid.flat()) (files === 1 ? first : later).add(color);
        }
      }
    },
    plan: () => {
      const { input, output } = largest;
      if (input.rows === 0) throw new RangeError('gridPlanner: got no examples; expected at least one');
      const size = { width: Math.max(input.columns, output.columns), height: Math.max(input.rows, output.rows) };
      const options = { ...size, colors: 1 + Math.max(...first, ...later) };
      return {
        task: gridTask(options),
        options,
        encode: ({ input, output, id }) => ({
          input: gridTokens(input as Grid, size),
          output: gridTokens(output as Grid, size),
          ...(id !== undefined && { group: id }),
        }),
        unseen: [...later]
          .filter((color) => !first.has(color))
          .sort((a, b) => a - b)
          .map(String),
        longest: { input: `${input.columns}x${input.rows}`, output: `${output.columns}x${output.rows}` },
        emptyAnswers: 0,
      };
    },
  };
}
