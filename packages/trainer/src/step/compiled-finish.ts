import { uncompiled, type Compile } from '@hrm/layers';
import { finishStep, type AppliedGradients } from './apply-gradients';
import type { TrainingStepInput, TrainingStepOptions } from './training-step-options';
import type { UpdateFigures } from './update-gradients';

type FinishedStep = ReturnType<typeof finishStep>;

/**
 * The second half of a step whose gradients were computed on their own: {@link finishStep}, compiled. It passes on only
 * the tensors that the half needs.
 */
export function compiledFinish(options: Omit<TrainingStepOptions, 'tokenLoss'>, compile: Compile = uncompiled) {
  const finish = compile(function finishUpdate(
    update: Parameters<typeof finishStep>[1],
    input: Parameters<typeof finishStep>[2],
  ) {
    return finishStep(options, update, input);
  });
  const finishOf = (
    { carry, gradients, puzzle, loss }: AppliedGradients & Pick<UpdateFigures, 'loss'>,
    { optimizerState, ema, rates }: Pick<TrainingStepInput, 'optimizerState' | 'ema' | 'rates'>,
  ): FinishedStep => {
    const { puzzleIdentifiers } = carry.puzzle;
    return finish(
      { carry: { puzzle: { puzzleIdentifiers } }, gradients, puzzle, loss },
      { optimizerState, ema, rates },
    );
  };
  const dispose = () => finish.dispose?.();
  return Object.assign(finishOf, { dispose, [Symbol.dispose]: dispose });
}
