import type { RunConfigInput } from '../run-config';
import { candidatesPresets } from './candidates-presets';
import { cellularPresets } from './cellular-presets';
import { smallPresets } from './small-presets';
import { graphPresets } from './graph-presets';
import { officialPresets } from './official-presets';
import { sequencePresets } from './sequence-presets';

/** Configs by name: `hrm train NAME`. What each is for: {@link presetSummaries}. */
export const presets = {
  ...smallPresets,
  ...graphPresets,
  ...candidatesPresets,
  ...cellularPresets,
  ...sequencePresets,
  ...officialPresets,
} satisfies { [name: string]: RunConfigInput };

/** One line on each preset, for the help. */
export const presetSummaries: { readonly [name in keyof typeof presets]: string } = {
  'sudoku-4x4-demo': 'learns 4x4 Sudoku in about a minute, from generated puzzles',
  'sudoku-6x6': 'learns 6x6 Sudoku in a few minutes, from generated puzzles; solves about 96% of held-out ones',
  'sudoku-4x4-graph':
    'learns 4x4 Sudoku in under a minute, by attention along rows, columns and boxes; solves all held-out ones',
  'sudoku-6x6-graph':
    'learns 6x6 Sudoku in two minutes, by attention along rows, columns and boxes; solves 99% of held-out ones',
  'sudoku-4x4-candidates':
    'learns 4x4 Sudoku in seconds, with a position for each cell and digit; solves 99% of held-out ones',
  'sudoku-6x6-candidates':
    'learns 6x6 Sudoku in about a minute, like sudoku-4x4-candidates; solves 99% of held-out ones',
  'sudoku-9x9-candidates':
    'learns hard 9x9 Sudoku in hours, like sudoku-4x4-candidates; give --data, such as `hrm data generate --like` makes',
  'maze-8x8-cellular': 'learns mazes of 8x8 in a few minutes, by gated cells; its weights also fit larger mazes',
  'maze-16x16-cellular': 'learns mazes of 16x16; give --from, a run of maze-8x8-cellular',
  'maze-8x8-steady': 'as maze-8x8-cellular, with cells that hold what they know for longer',
  'maze-16x16-steady': 'learns mazes of 16x16 and solves larger ones; give --from, a run of maze-8x8-steady',
  sequences: 'a small transformer for the puzzles of --data, whatever they are, if the folder has a task.json',
  'sequences-trm':
    "the same in TRM's form, trained with Muon: learns more in as many steps, each of which takes longer",
  arc: "the paper's 27M model on ARC-AGI; give --data, made by `hrm data import --task arc`",
  'sudoku-extreme-1k': "the paper's 27M model on 1,000 puzzles of Sudoku-Extreme; give --data",
  'maze-30x30-hard': "the paper's 27M model on 1,000 mazes of 30x30; give --data",
};
