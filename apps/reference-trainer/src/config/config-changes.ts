import { isDeepStrictEqual } from 'node:util';
import type { RunConfig } from './run-config';

/** What a key that differs means for a run that goes on. */
export type ChangeEffect =
  /** What is learned stays the same. */
  | 'exact'
  /** The same but for the last bits of its numbers. */
  | 'rounding'
  /** The run goes on, otherwise than one that had been begun so. */
  | 'learning'
  /** How long the run is: exact where neither the learning rate nor the schedule looks at the end. */
  | 'length'
  /** The run cannot have it otherwise. */
  | 'fixed';

/** A key that differs, such as `training.learningRate`. */
export interface ConfigChange {
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly effect: ChangeEffect;
}

/** Every key of `training`: a new one must say what changing it does to a run that goes on. */
const trainingEffects: { readonly [Key in keyof RunConfig['training']]-?: ChangeEffect } = {
  batchSize: 'fixed',
  steps: 'length',
  epochs: 'length',
  seed: 'fixed',
  segmentsPerUpdate: 'fixed',
  microBatch: 'rounding',
  lanes: 'rounding',
  tokenLoss: 'learning',
  labelSmoothing: 'learning',
  optimizer: 'fixed',
  learningRate: 'learning',
  warmupSteps: 'learning',
  minRatio: 'learning',
  clipNorm: 'learning',
  weightDecay: 'learning',
  decays: 'learning',
  momentum: 'learning',
  beta1: 'learning',
  beta2: 'learning',
  puzzleLearningRate: 'learning',
  puzzleWeightDecay: 'learning',
  emaDecay: 'learning',
  augment: 'learning',
  reveal: 'learning',
  evaluateEvery: 'exact',
  checkpointEvery: 'exact',
  checkpointMinutes: 'exact',
  keepCheckpoints: 'exact',
  stopAtExactAccuracy: 'exact',
  stopAtHaltedAccuracy: 'exact',
};

/** The effect of a key that differs between two configs. */
function effectOf(key: string, before: unknown, after: unknown): ChangeEffect {
  const [section, name = ''] = key.split('.');
  // Which code the imports hold is compared by its SHA-256, wherever it lies.
  if (section === 'name' || section === 'imports') return 'exact';
  if (section !== 'training') return 'fixed';
  // An average is kept from the first step, or not at all.
  if (name === 'emaDecay' && (before === undefined || after === undefined)) return 'fixed';
  return trainingEffects[name as keyof RunConfig['training']] ?? 'fixed';
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What JSON says of a value: keys that are undefined are not there. */
const asJson = (config: RunConfig): unknown => JSON.parse(JSON.stringify(config)) as unknown;

/** All keys that differ between two configs, the innermost of each. */
export function configChanges(before: RunConfig, after: RunConfig): readonly ConfigChange[] {
  const changes: ConfigChange[] = [];
  const compare = (path: readonly string[], one: unknown, other: unknown) => {
    if (isDeepStrictEqual(one, other)) return;
    if (isObject(one) && isObject(other)) {
      for (const key of new Set([...Object.keys(one), ...Object.keys(other)]))
        compare([...path, key], one[key], other[key]);
    } else {
      const key = path.join('.');
      changes.push({ key, before: one, after: other, effect: effectOf(key, one, other) });
    }
  };
  compare([], asJson(before), asJson(after));
  return changes;
}

const shown = (value: unknown) => (value === undefined ? 'not given' : JSON.stringify(value));

/** Changes in words: `training.steps (was 12, now 24)`. */
export const describeChanges = (changes: readonly ConfigChange[], [was, now]: readonly [string, string]): string =>
  changes.map(({ key, before, after }) => `${key} (${was} ${shown(before)}, ${now} ${shown(after)})`).join(', ');
