/** The name of a step's checkpoint. Names sort in the order of steps. */
export function checkpointName(step: number): string {
  return `checkpoint-${String(step).padStart(8, '0')}`;
}

/** The step of a checkpoint of this name; `undefined` for any other name. */
export function checkpointStep(name: string): number | undefined {
  const step = Number(/^checkpoint-(\d{8,16})$/.exec(name)?.[1] ?? Number.NaN);
  return checkpointName(step) === name ? step : undefined;
}

/** For a checkpoint that is being written. */
export const savingPrefix = '.saving-';
/** For a checkpoint that is being removed. */
export const removingPrefix = '.removing-';
/** For an old checkpoint that is being replaced. */
export const replacedPrefix = '.replaced-';
/** For checkpoints of another branch of the run. */
export const setAsidePrefix = 'set-aside-';
/** For files that others have put into the folder of a removed checkpoint. */
export const foreignPrefix = 'foreign-files-of-';

/** The name, followed by `-2`, `-3` and so on if it is taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let copy = 2; taken.has(free); copy++) free = `${name}-${copy}`;
  return free;
}
