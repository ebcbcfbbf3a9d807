import { generateSudoku, parseSudoku, type SudokuSize } from '@hrm/data-sudoku-maze';
import { SeededRandom } from '@hrm/data';
import { batch } from '@preact/signals';
import type { DeviceChoice, ModelFacts } from '../engine/engine';
import type { TrainingProgress } from '../engine/live-training';
import { startEngine, type EngineClient } from '../engine/engine-client';
import { shippedModel } from '../models/shipped-models';
import { samples } from '../puzzles/samples';
import * as session from './session';

let engine: EngineClient | undefined;
let loaded: string | undefined;
let loading = Promise.resolve();

/** Starts the worker with a device, and shows what it is. A worker that runs is ended. */
export async function useDevice(choice: DeviceChoice): Promise<void> {
  engine?.end();
  // A call to the worker before never returns.
  loading = Promise.resolve();
  loaded = undefined;
  session.ownModel.value = undefined;
  batch(() => {
    session.deviceChoice.value = choice;
    session.device.value = undefined;
    session.failure.value = undefined;
    session.isThinking.value = false;
  });
  const started = (engine = startEngine(choice));
  try {
    const device = await started.device;
    if (engine === started) session.device.value = device;
  } catch (error) {
    if (engine === started) session.failure.value = (error as Error).message;
  }
}

/** Shows another puzzle. What was thought of the one before is gone. */
export function showPuzzle(question: Uint8Array): void {
  forget();
  batch(() => {
    if (question.length !== session.question.value.length) session.currentCell.value = 0;
    session.question.value = question;
  });
}

/** Writes a digit into a cell of the puzzle; 0 empties it. */
export function typeDigit(cell: number, digit: number): void {
  const question = session.question.value.slice();
  question[cell] = digit;
  showPuzzle(question);
}

/** A new puzzle with one answer. */
export function generatePuzzle(size: SudokuSize, givens: readonly [number, number]): void {
  const random = new SeededRandom(crypto.getRandomValues(new Uint32Array(1))[0]!);
  showPuzzle(generateSudoku(random, { size, givens, maxAttempts: 200 }).question);
}

/** Forgets what was thought, and stops thinking. */
function forget(): void {
  engine?.stop();
  batch(() => {
    session.segments.value = [];
    session.paths.value = { zL: [], zH: [] };
    session.position.value = 0;
    session.isPlaying.value = false;
    session.isThinking.value = false;
    session.failure.value = undefined;
  });
}

/** Has the model solve the puzzle, and plays it. */
export async function solve(): Promise<void> {
  forget();
  if (session.problem.value || !engine) return;
  const thinker = engine;
  const question = session.question.value;
  const isCurrent = () => thinker === engine && question === session.question.value;
  batch(() => {
    session.isThinking.value = true;
    session.isPlaying.value = true;
    session.announcement.value = 'Thinking.';
  });
  try {
    await loadChosen(thinker);
    if (!isCurrent()) return;
    const segments = session.plannedSegments.value;
    await thinker.solve(question, segments, (segment, paths) => {
      if (!isCurrent() || segment.figures.segment !== session.segments.value.length + 1) return;
      batch(() => {
        session.segments.value = [...session.segments.value, segment];
        session.paths.value = paths;
      });
    });
  } catch (error) {
    if (isCurrent()) session.failure.value = (error as Error).message;
  } finally {
    if (isCurrent()) session.isThinking.value = false;
  }
}

/** Loads the model for the puzzle: the reader's own, or the shipped one of this size. */
function loadChosen(thinker: EngineClient): Promise<void> {
  // One after another: otherwise the model that was chosen first could be the one that comes last.
  loading = loading.catch(() => {}).then(() => loadNow(thinker));
  return loading;
}

async function loadNow(thinker: EngineClient): Promise<void> {
  if (thinker !== engine) return;
  const isOwn = session.ownModel.value?.size === session.size.value;
  const chosen = isOwn ? 'own' : shippedModel(session.size.value);
  if (chosen === loaded) return;
  session.model.value = await (chosen === 'own' ? thinker.useOwn() : thinker.useShipped(chosen));
  loaded = chosen;
}

/** Reads a model of the reader's, and has it think. */
export async function openFiles(files: readonly File[]): Promise<void> {
  await takeOwn(files.map(({ name }) => name).join(' and '), (thinker) => thinker.useFiles(files));
}

/** Takes the model that was just trained, and has it think. */
export async function useTrained(): Promise<void> {
  await takeOwn('your trained model', (thinker) => thinker.useTrained());
}

async function takeOwn(name: string, open: (thinker: EngineClient) => Promise<ModelFacts>): Promise<void> {
  if (!engine) return;
  session.fileProblem.value = undefined;
  forget();
  try {
    const facts = await open(engine);
    const size = Math.sqrt(facts.seqLen);
    loaded = 'own';
    batch(() => {
      session.model.value = facts;
      session.ownModel.value = { name, size };
      session.segmentsWanted.value = undefined;
    });
    if (session.size.value !== size) showPuzzle(parseSudoku(samples.find((sample) => sample.size === size)!.text));
    await solve();
  } catch (error) {
    session.fileProblem.value = (error as Error).message;
  }
}

/** Goes back to the shipped model. */
export function useShipped(): void {
  session.ownModel.value = undefined;
  session.fileProblem.value = undefined;
  void solve();
}

/** Trains a model, and reports each step. */
export function train(onProgress: (progress: TrainingProgress) => void): Promise<Uint8Array> {
  if (!engine) throw new Error('No device has been started.');
  return engine.train(crypto.getRandomValues(new Uint16Array(1))[0]!, onProgress);
}

/** Stops the training. */
export const stopTraining = (): void => engine?.stopTraining();
