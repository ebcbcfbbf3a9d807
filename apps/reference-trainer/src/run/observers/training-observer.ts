import type { Evaluation, StepEvent } from '@hrm/trainer';
import type { AnsweredPuzzle } from './failed-puzzles';

/** Follows a training, to log it or to show it. */
export interface TrainingObserver {
  /** What it writes, for the warning if it fails. */
  readonly name: string;
  /** Called after each step. */
  onStep(event: StepEvent): Promise<void>;
  /** Called after each evaluation, when its result is saved. */
  onEvaluation(step: number, evaluation: Evaluation, puzzles: readonly AnsweredPuzzle[]): Promise<void>;
  /** Called once, at the end. */
  close(): Promise<void>;
}

/** All observers as one. One that fails is left out from then on, with a warning: the training goes on without it. */
export function together(observers: readonly TrainingObserver[], warn: (warning: string) => void): TrainingObserver {
  const active = new Set(observers);
  const each = async (act: (observer: TrainingObserver) => Promise<void>) => {
    for (const observer of active) {
      try {
        await act(observer);
      } catch (error) {
        active.delete(observer);
        warn(`${observer.name} is not written any more: ${(error as Error).message}`);
        await observer.close().catch(() => undefined);
      }
    }
  };
  return {
    name: 'all',
    onStep: (event) => each((observer) => observer.onStep(event)),
    onEvaluation: (...evaluated) => each((observer) => observer.onEvaluation(...evaluated)),
    close: () => each((observer) => observer.close()),
  };
}
