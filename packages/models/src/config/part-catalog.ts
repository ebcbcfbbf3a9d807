import {
  attentionBlock,
  cellularBlock,
  convBlock,
  graphAttentionBlock,
  mixerBlock,
  poolingBlock,
  type BlockFactory,
} from '@hrm/layers';
import { describeValue, expectOptions } from '@hrm/layers/internal';
import {
  equilibrium,
  fullRecursion,
  oneStepGradient,
  progressive,
  recall,
  unrolled,
  type RecursionSchedule,
} from '@hrm/recursion';
import {
  all,
  any,
  atLeast,
  fixedSteps,
  gravesAct,
  haltOnly,
  ponder,
  qLearningHalting,
  residualHalting,
  unchangedAnswer,
  type FixedStepsOptions,
  type HaltingFactory,
} from '@hrm/act';
import type { PartConfig } from './model-config';

/**
 * Makes a part from its config without `type`, and checks its options. A part with other parts inside, such as `any`, makes them with `choose`.
 */
export type PartMaker<Part> = (options: never, choose: (config: PartConfig) => Part) => Part;

/** The parts that a config can name. */
export interface PartCatalog {
  blocks: { readonly [type: string]: PartMaker<BlockFactory> };
  schedules: { readonly [type: string]: PartMaker<RecursionSchedule> };
  halting: { readonly [type: string]: PartMaker<HaltingFactory> };
}

type Vote = { of: readonly PartConfig[] };
type Choose = (config: PartConfig) => HaltingFactory;

/** The controllers that vote in a config such as `{ type: 'any', of: [...] }`. */
function membersOf(type: string, options: Vote, choose: Choose, others: readonly string[] = []): HaltingFactory[] {
  expectOptions(type, options, ['of', ...others]);
  if (!Array.isArray(options.of)) {
    throw new RangeError(
      `${type}: of is ${JSON.stringify(options.of)}, expected a list such as [{ "type": "halt-only" }]`,
    );
  }
  return options.of.map(choose);
}

/**
 * The parts of these packages. The name of a part is its factory's name in lower case with hyphens, without the kind of
 * part: `q-learning` is `qLearningHalting`, `graph-attention` is `graphAttentionBlock`. {@link withParts} adds your
 * own.
 */
export const standardParts = {
  blocks: {
    attention: attentionBlock,
    mixer: mixerBlock,
    'graph-attention': graphAttentionBlock,
    conv: convBlock,
    cellular: cellularBlock,
    pooling: poolingBlock,
  },
  schedules: {
    'one-step-gradient': oneStepGradient,
    'full-recursion': fullRecursion,
    unrolled,
    recall,
    progressive,
    equilibrium,
  },
  halting: {
    'q-learning': qLearningHalting,
    'halt-only': haltOnly,
    'fixed-steps': (options: FixedStepsOptions) => fixedSteps(options),
    'graves-act': gravesAct,
    ponder,
    residual: residualHalting,
    'unchanged-answer': unchangedAnswer,
    any: (options: Vote, choose: Choose) => any(...membersOf('any', options, choose)),
    all: (options: Vote, choose: Choose) => all(...membersOf('all', options, choose)),
    'at-least': ({ votes, ...options }: Vote & { votes: number }, choose: Choose) =>
      atLeast(votes, ...membersOf('at-least', options, choose, ['votes'])),
  },
} satisfies PartCatalog;

/**
 * Returns a catalog with the standard parts and your own, which configs can then name. Give it to {@link buildModel}.
 * It changes no global state.
 *
 * @param own your parts, by name.
 * @param base the catalog to extend. Default {@link standardParts}.
 * @throws RangeError for a name that is already in `base`; TypeError for a maker that is not a function.
 *
 * @example
 * ```ts
 * import { mixerBlock } from '@hrm/layers';
 * import { buildModel, withParts } from '@hrm/models';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const parts = withParts({ blocks: { 'slim-mixer': () => mixerBlock({ expansion: 1 }) } });
 * const model = buildModel({
 *   family: 'hrm', vocabSize: 6, seqLen: 16, hiddenSize: 16, hLayers: 1, lLayers: 1,
 *   block: { type: 'slim-mixer' },
 *   schedule: { type: 'one-step-gradient', hCycles: 2, lCycles: 2 },
 *   halting: { type: 'q-learning' },
 * }, { parts });
 * console.log(model.hiddenSize); // 16
 * ```
 */
export function withParts(own: Partial<PartCatalog>, base: PartCatalog = standardParts): PartCatalog {
  expectOptions('withParts', own, ['blocks', 'schedules', 'halting']);
  const merged = <Part>(
    kind: string,
    taken: { readonly [type: string]: PartMaker<Part> },
    added: { readonly [type: string]: PartMaker<Part> } = {},
  ) => {
    for (const type of Object.keys(added)) {
      if (typeof added[type] !== 'function') {
        throw new TypeError(
          `withParts: the ${kind} "${type}" is ${describeValue(added[type])}, expected a function that makes it from its options`,
        );
      }
      if (Object.hasOwn(taken, type)) throw new RangeError(`withParts: there is a ${kind} called "${type}" already`);
    }
    return { ...taken, ...added };
  };
  return {
    blocks: merged('block', base.blocks, own.blocks),
    schedules: merged('schedule', base.schedules, own.schedules),
    halting: merged('halting controller', base.halting, own.halting),
  };
}

/** Old names of parts, in configs written before. */
const FORMER_NAMES: ReadonlyMap<string, string> = new Map([['graves', 'graves-act']]);

/** Calls a maker. By a RangeError or a TypeError it refuses its options; other errors get its name. */
function made<Part>(kind: string, type: string, make: () => Part): Part {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof RangeError || cause instanceof TypeError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`${kind}: the maker of "${type}" failed: ${message}`, { cause });
  }
}

/** Makes the part that a config names. */
export function choosePart<Part>(
  kind: string,
  catalog: { readonly [type: string]: PartMaker<Part> },
  config: PartConfig,
): Part {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new TypeError(
      `${kind}: got ${describeValue(config)}, expected an object such as { "type": "${Object.keys(catalog)[0]}" }`,
    );
  }
  const { type, ...options } = config;
  const name = Object.hasOwn(catalog, type) ? type : FORMER_NAMES.get(type);
  const make = name !== undefined && Object.hasOwn(catalog, name) ? catalog[name] : undefined;
  if (!make) {
    throw new RangeError(
      `${kind}: there is no part called "${type}", expected one of ${Object.keys(catalog).join(', ')}`,
    );
  }
  const part = made(kind, type, () => make(options as never, (nested) => choosePart(kind, catalog, nested)));
  if (part === undefined || part === null || part instanceof Promise) {
    const got = part instanceof Promise ? 'a promise; it cannot be async' : describeValue(part);
    throw new TypeError(`${kind}: the maker of "${type}" returned ${got}; expected the ${kind}`);
  }
  return part;
}
