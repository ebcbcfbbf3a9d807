import { softmaxCrossEntropy, stablemaxCrossEntropy, type TokenLoss } from '@hrm/act';
import { revealAnswers, type Augmentation, type Task } from '@hrm/data';
import { standardParts, withParts, type PartCatalog } from '@hrm/models';
import { adamAtan2, adamW, muon, type Optimizer, type OptimizerOptions } from '@hrm/trainer';
import { standardTasks, type TaskMaker } from './standard-tasks';

/** What the maker of a standard optimizer gets from the config's `training`. One of your own gets the first four. */
type StandardOptimizerOptions = Pick<OptimizerOptions, 'learningRate' | 'weightDecay' | 'decays' | 'clipNorm'> & {
  momentum: number;
  beta1: number;
  beta2: number;
};

/** What a run's config can name: parts of the model, tasks, augmentations, token losses and optimizers. */
export interface RunCatalog extends PartCatalog {
  tasks: { readonly [kind: string]: TaskMaker };
  augmentations: { readonly [type: string]: (options: never, context: { task: Task }) => Augmentation };
  losses: { readonly [type: string]: (options: never) => TokenLoss };
  optimizers: { readonly [type: string]: (options: never) => Optimizer };
}

/** The kinds of {@link RunCatalog}, each with the words for one of them. */
export const catalogKinds: { readonly [Kind in keyof RunCatalog]: string } = {
  blocks: 'block',
  schedules: 'schedule',
  halting: 'halting controller',
  tasks: 'task',
  augmentations: 'augmentation',
  losses: 'token loss',
  optimizers: 'optimizer',
};

/** The catalog of a run that imports nothing. */
export const standardCatalog: RunCatalog = {
  ...standardParts,
  tasks: standardTasks,
  augmentations: { 'reveal-answers': revealAnswers },
  losses: { stablemax: () => stablemaxCrossEntropy, softmax: () => softmaxCrossEntropy },
  optimizers: {
    'adam-atan2': ({ momentum: _, ...options }: StandardOptimizerOptions) => adamAtan2(options),
    'adam-w': ({ momentum: _, ...options }: StandardOptimizerOptions) => adamW(options),
    muon: ({ beta1, beta2, ...options }: StandardOptimizerOptions) => muon({ ...options, rest: { beta1, beta2 } }),
  },
};

/**
 * Adds a user's parts to a catalog.
 *
 * @throws RangeError for a name that is taken.
 */
export function withOwn(own: Partial<RunCatalog>, base: RunCatalog): RunCatalog {
  const { tasks, augmentations, losses, optimizers, ...parts } = own;
  const merged = <Makers extends object>(kind: keyof RunCatalog, taken: Makers, added: Makers | undefined): Makers => {
    const clash = Object.keys(added ?? {}).find((name) => Object.hasOwn(taken, name));
    if (clash === undefined) return { ...taken, ...added };
    const article = /^[aeiou]/.test(catalogKinds[kind]) ? 'an' : 'a';
    throw new RangeError(`there is ${article} ${catalogKinds[kind]} called "${clash}" already`);
  };
  return {
    ...withParts(parts, base),
    tasks: merged('tasks', base.tasks, tasks),
    augmentations: merged('augmentations', base.augmentations, augmentations),
    losses: merged('losses', base.losses, losses),
    optimizers: merged('optimizers', base.optimizers, optimizers),
  };
}
