export { smallTaskOptions } from './small-task-options';

// Sequences.
export { additionTask } from './sequences/addition';
export { countdownTask } from './sequences/countdown';
export { dyckTask } from './sequences/dyck';
export { parityTask } from './sequences/parity';
export { sortingTask } from './sequences/sorting';

// Boards.
export { coloringTask } from './boards/coloring';
export { lifeTask } from './boards/life';
export { queensTask } from './boards/queens';
