import { batch, signal } from '@preact/signals';
import type { TrainingProgress } from '../engine/live-training';
import { stopTraining, train, useTrained } from '../session/actions';

/** What the page knows of the training. */
export const steps = signal<readonly TrainingProgress[]>([]);
export const heldOut = signal<number | undefined>(undefined);
export const tried = signal<TrainingProgress['tried']>(undefined);
export const isTraining = signal(false);
export const isPreparing = signal(false);
export const trainedFile = signal<Uint8Array | undefined>(undefined);
export const problem = signal<string | undefined>(undefined);

/** Trains a model before the reader's eyes. */
export async function startTraining(): Promise<void> {
  batch(() => {
    steps.value = [];
    heldOut.value = tried.value = trainedFile.value = problem.value = undefined;
    isTraining.value = isPreparing.value = true;
  });
  try {
    const file = await train((progress) =>
      batch(() => {
        isPreparing.value = false;
        steps.value = [...steps.value, progress];
        heldOut.value = progress.heldOut ?? heldOut.value;
        tried.value = progress.tried ?? tried.value;
      }),
    );
    trainedFile.value = file;
  } catch (error) {
    problem.value = (error as Error).message;
  } finally {
    isTraining.value = isPreparing.value = false;
  }
}

/** Saves the weights as a file of the reader's. */
export function saveTrained(): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([trainedFile.value as Uint8Array<ArrayBuffer>]));
  link.download = 'sudoku-4x4.safetensors';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export { stopTraining, useTrained };
