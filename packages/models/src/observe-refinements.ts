import type { ReasoningNetwork } from '@hrm/act';
import { describeValue } from '@hrm/layers/internal';
import type { Application, Latents } from '@hrm/recursion';
import { observeCore } from '@hrm/recursion/internal';
import { atStage } from './at-stage';
import type { RecursiveReasoner } from './recursive-reasoner';

/**
 * Called after each refinement: which module was applied, and the latents before and after it. Their tensors are
 * disposed after the segment; `tf.keep` a result that is needed longer.
 */
export type RefinementObserver = (application: Application, before: Latents, after: Latents) => void;

/**
 * The same model, with the same parameters, which reports each application of f_L and f_H as it computes it. Use it to
 * watch a segment from inside, for example with `runSegment` of `@hrm/act`. It computes the same as the model.
 *
 * @throws TypeError unless `onRefinement` is a function.
 *
 * @example
 * ```ts
 * import { admitPuzzles, initialCarry, puzzleTensors, runSegment } from '@hrm/act';
 * import { hrm, observeRefinements } from '@hrm/models';
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = hrm({ vocabSize: 4, seqLen: 3, hiddenSize: 8, hLayers: 1, lLayers: 1 });
 * const observed = observeRefinements(model, (application, before, after) => {
 *   const name = application === 'fL' ? 'zL' : 'zH';
 *   tf.norm(tf.sub(after[name], before[name])).print();
 * });
 * const [inputs, puzzleIdentifiers] = [Int32Array.of(1, 2, 3), Int32Array.of(0)];
 * const puzzle = puzzleTensors({ inputs, labels: inputs, puzzleIdentifiers, batchSize: 1, seqLen: 3 });
 * runSegment(observed, admitPuzzles(observed, initialCarry(observed, 1), puzzle));
 * ```
 */
export function observeRefinements(model: RecursiveReasoner, onRefinement: RefinementObserver): ReasoningNetwork {
  if (typeof onRefinement !== 'function') {
    const expected = 'expected a function, such as (application, before, after) => console.log(application)';
    throw new TypeError(`observeRefinements: onRefinement is ${describeValue(onRefinement)}, ${expected}`);
  }
  const core = observeCore(model.core, (application, before, after) => onRefinement(application, before, after));
  return { ...atStage(model, model.schedule, core), recordable: false };
}
