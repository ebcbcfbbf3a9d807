import type { RunConfig } from '../../config/run-config';
import type { Engine } from '../../engine/engine';
import { versions } from '../../engine/versions';
import type { RankFacts } from '../../ranks/equal-ranks';
import { thisRunMachine } from '../checkpoint/run-machine';
import { puzzlesFingerprint } from '../puzzles/puzzles-fingerprint';
import type { PreparedRun } from './prepare-run';

/** Names for a message. */
const NAMES: Readonly<Record<string, string>> = { 'tfjs-core': 'TensorFlow.js', compile: 'compilation' };

/** What must be the same on all ranks of a run. */
export function factsOf(
  { puzzles, trainer }: Pick<PreparedRun, 'puzzles' | 'trainer'>,
  { config, engine }: { config: RunConfig; engine: Engine },
): RankFacts {
  // Ranks may have other processors.
  const { processor: _, ...machine } = thisRunMachine(engine);
  const facts = Object.entries({ ...versions, ...machine }).map(([name, value]) => [NAMES[name] ?? name, value]);
  return {
    config,
    facts: {
      ...Object.fromEntries(facts),
      'training puzzles': puzzlesFingerprint(puzzles.train).slice(0, 12),
      'held-out puzzles': puzzlesFingerprint(puzzles.test).slice(0, 12),
      step: trainer.steps,
    },
  };
}
