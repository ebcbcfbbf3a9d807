/** The name of a step's checkpoint in its folder; names sort as steps do. */
export function checkpointName(step: number): string {
  return `checkpoint-${String(step).padStart(8, '0')}`;
}

/** The step of a checkpoint of this name; `undefined` for any other name. */
export function checkpointStep(name: string): number | undefined {
  const step = Number(/^checkpoint-(\d{8,16})$/.exec(name)?.[1] ?? Number.NaN);
  return checkpointName(step) === name ? step : undefined;
}

/** What is being written, until it is whole. */
export const savingPrefix = '.saving-';
/** What is being removed. */
export const removingPrefix = '.removing-';
/** What was there before, while another takes its place. */
export const replacedPrefix = '.replaced-';
/** What a run that went another way had saved. */
export const setAsidePrefix = 'set-aside-';
/** What others have put into the folder of a checkpoint that was removed. */
export const foreignPrefix = 'foreign-files-of-';
