/** The projects that can be made. Each has a folder of its name in `templates/`. */
export const templates = [
  { name: 'own-task', title: 'A task of your own', hint: 'puzzles or texts that a model learns to solve' },
  { name: 'own-controller', title: 'A controller of your own', hint: 'decides when a puzzle is done' },
  { name: 'own-layer', title: 'A layer of your own', hint: 'what f_L and f_H are made of' },
  { name: 'own-schedule', title: 'A schedule of your own', hint: 'the order in which f_L and f_H refine' },
  { name: 'browser', title: 'A page for browsers', hint: 'a trained model that solves Sudoku, in a worker' },
] as const;

/** The name of a template, such as `own-task`. */
export type TemplateName = (typeof templates)[number]['name'];

/** The template that `--yes` takes. */
export const defaultTemplate: TemplateName = 'own-task';

export function isTemplateName(name: string): name is TemplateName {
  return templates.some((template) => template.name === name);
}
