import { isDeepStrictEqual } from 'node:util';
import type { RunConfig } from './run-config';

/** The effect of a changed key on a resumed run. */
export type ChangeEffect =
  /** What is learned stays the same. */
  | 'exact'
  /** The same except for the last bits of numbers. */
  | 'rounding'
  /** The run differs from one that was begun with the new value. */
  | 'learning'
  /** Changes the length of the run: exact if neither learning rate nor schedule depends on its end. */
  | 'length'
  /** Cannot be changed. */
  | 'fixed';

/** A changed key, such as `training.learningRate`. */
export interface ConfigChange {
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly effect: ChangeEffect;
}

/** The effect of every key of `training`; the type demands one for each new key. */
const trainingEffects: { readonly [Key in keyof RunConfig['training']]-?: ChangeEffect } = {
  batchSize: 'fixed',
  steps: 'length',
  epochs: 'length',
  seed: 'fixed',
  segmentsPerUpdate: 'fixed',
  microBatch: 'rounding',
  lanes: 'rounding',
  wire: 'learning',
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
  trains: 'fixed',
  emaDecay: 'learning',
  augment: 'learning',
  augmentations: 'learning',
  reveal: 'learning',
  evaluateEvery: 'exact',
  checkpointEvery: 'exact',
  checkpointMinutes: 'exact',
  keepCheckpoints: 'exact',
  logTo: 'exact',
  stopAtExactAccuracy: 'exact',
  stopAtHaltedAccuracy: 'exact',
};

/** The effect of a changed key. */
function effectOf(key: string, before: unknown, after: unknown): ChangeEffect {
  const [section, name = ''] = key.split('.');
  // Imports are compared by the SHA-256 of their content, not by their place.
  if (section === 'name' || section === 'imports') return 'exact';
  // The weights stay float32.
  if (key === 'model.precision') return 'learning';
  if (section !== 'training') return 'fixed';
  // An average must be kept from the first step on.
  if (name === 'emaDecay' && (before === undefined || after === undefined)) return 'fixed';
  return trainingEffects[name as keyof RunConfig['training']] ?? 'fixed';
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The config as JSON has it, without keys that are undefined. */
const asJson = (config: RunConfig): unknown => JSON.parse(JSON.stringify(config)) as unknown;

/** All keys that differ between two configs; of nested ones, the innermost. */
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
