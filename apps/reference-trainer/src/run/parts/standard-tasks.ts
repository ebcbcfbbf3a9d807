import { gridTask, tokensTask, type Task } from '@hrm/data';
import { arcTask } from '@hrm/data-arc';
import {
  additionTask,
  coloringTask,
  countdownTask,
  dyckTask,
  lifeTask,
  parityTask,
  queensTask,
  sortingTask,
} from '@hrm/data-small-tasks';
import { mazeTask, sudokuTask } from '@hrm/data-sudoku-maze';

/** Makes a task from the options of a config's `task`, without `kind`, and checks them. */
export type TaskMaker = (options: never) => Task;

/** The tasks that a config can name by `task.kind`. Their options are in `config/task-options.ts`. */
export const standardTasks = {
  sudoku: sudokuTask,
  maze: mazeTask,
  tokens: tokensTask,
  grid: gridTask,
  arc: arcTask,
  addition: additionTask,
  sorting: sortingTask,
  parity: parityTask,
  dyck: dyckTask,
  countdown: countdownTask,
  queens: queensTask,
  coloring: coloringTask,
  life: lifeTask,
} satisfies { readonly [kind: string]: TaskMaker };
