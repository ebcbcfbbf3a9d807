import { batch, effect } from '@preact/signals';
import type { DeviceChoice, OwnModelFacts } from '../engine/engine';
import type { TrainingProgress } from '../engine/live-training';
import { startEngine, type EngineClient } from '../engine/engine-client';
import { shippedModel } from '../models/shipped-models';
import type { Difficulty } from '../puzzles/difficulty';
import { withCell } from '../puzzles/maze-cells';
import { type Puzzle, sudokuOf } from '../puzzles/puzzle';
import { sampleFor } from '../puzzles/samples';
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
  batch(() => {
    session.ownModel.value = undefined;
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
export function showPuzzle(puzzle: Puzzle): void {
  forget();
  batch(() => {
    const { width, height } = session.puzzle.value;
    if (puzzle.width !== width || puzzle.height !== height) session.currentCell.value = 0;
    session.puzzle.value = puzzle;
  });
}

/** Writes a digit into a cell of the Sudoku; 0 empties it. */
export function typeDigit(cell: number, digit: number): void {
  showPuzzle(sudokuOf(session.puzzle.value.cells.with(cell, digit)));
}

/** Draws a cell of the maze: a value of `MazeCell`. */
export function drawCell(cell: number, value: number): void {
  const maze = session.puzzle.value;
  showPuzzle({ ...maze, cells: withCell(maze, cell, value) });
}

/** Shows a new puzzle of a difficulty, and has the model solve it. */
export async function showGenerated(kind: Puzzle['kind'], side: number, difficulty: Difficulty): Promise<void> {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const puzzle = await engine?.generate(kind, side, difficulty, seed);
  if (!puzzle) return;
  showPuzzle(puzzle);
  await solve();
}

/** Searches each puzzle for several answers, once it is on the screen. Returns a function that ends this. */
export const keepExamining = (): (() => void) =>
  effect(() => {
    const puzzle = session.puzzle.value;
    const examine = async () => {
      const problem = await engine?.findAmbiguity(puzzle);
      session.examined.value = { puzzle, problem };
    };
    const timer = setTimeout(() => void (session.problem.peek() ?? examine()), 300);
    return () => clearTimeout(timer);
  });

/** Forgets what was thought, and stops thinking. */
function forget(): void {
  engine?.stop();
  batch(() => {
    session.triedSegments.value = [];
    session.front.value = { attempt: 0, isPicked: false };
    session.choice.value = undefined;
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
  const puzzle = session.puzzle.value;
  // A new list for each solution.
  const own: typeof session.triedSegments.value = [];
  let latest = own;
  const isCurrent = () => thinker === engine && latest === session.triedSegments.value;
  batch(() => {
    session.triedSegments.value = own;
    session.isThinking.value = true;
    session.isPlaying.value = true;
  });
  try {
    await loadChosen(thinker);
    if (!isCurrent()) return;
    const options = {
      segments: session.plannedSegments.value,
      tries: session.tries.value,
      ...{ startNoise: session.startNoise.value, segmentNoise: session.segmentNoise.value },
      ...{ halts: session.halts.value, searches: session.searches.value, chooseBy: session.chooseBy.value },
      seed: crypto.getRandomValues(new Uint16Array(1))[0]!,
    };
    const choice = await thinker.solve(puzzle, options, (tried, paths) => {
      if (!isCurrent()) return;
      const next = Array.from({ length: options.tries }, (_, attempt) => latest[attempt] ?? []);
      for (const [attempt, segment] of tried) next[attempt] = [...next[attempt]!, segment];
      batch(() => {
        session.triedSegments.value = latest = next;
        session.paths.value = paths;
      });
    });
    if (!choice || !isCurrent()) return;
    session.choice.value = choice;
    if (!session.front.value.isPicked) await bringToFront(choice.attempt, false);
  } catch (error) {
    if (isCurrent()) session.failure.value = (error as Error).message;
  } finally {
    if (isCurrent()) session.isThinking.value = false;
  }
}

/** Shows a try large. @param isPicked whether the reader has picked it; then it stays. Default true. */
export async function bringToFront(attempt: number, isPicked = true): Promise<void> {
  if (attempt === session.front.value.attempt && isPicked === session.front.value.isPicked) return;
  session.front.value = { attempt, isPicked };
  const paths = await engine?.pathsOf(attempt);
  if (paths && session.front.value.attempt === attempt) session.paths.value = paths;
}

/** Loads the model for the puzzle: the reader's own, or the shipped one. */
function loadChosen(thinker: EngineClient): Promise<void> {
  // One after another: otherwise the model that was chosen first could be the one that comes last.
  loading = loading.catch(() => {}).then(() => loadNow(thinker));
  return loading;
}

async function loadNow(thinker: EngineClient): Promise<void> {
  if (thinker !== engine) return;
  const puzzle = session.puzzle.value;
  const { kind, width, height } = puzzle;
  const own = session.ownModel.value;
  const isOwn = own?.kind === kind && (own.anySize || (own.width === width && own.height === height));
  const name = isOwn ? 'own' : shippedModel(puzzle);
  const chosen = `${name} ${width}x${height}`;
  if (chosen === loaded) return;
  session.model.value = await (isOwn ? thinker.useOwn(puzzle) : thinker.useShipped(puzzle));
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

async function takeOwn(name: string, open: (thinker: EngineClient) => Promise<OwnModelFacts>): Promise<void> {
  if (!engine) return;
  session.fileProblem.value = undefined;
  forget();
  try {
    const facts = await open(engine);
    loaded = undefined;
    batch(() => {
      session.ownModel.value = { ...facts, name };
      session.segmentsWanted.value = undefined;
    });
    const { kind, width, height } = session.puzzle.value;
    const isFitting = facts.kind === kind && (facts.anySize || (facts.width === width && facts.height === height));
    if (!isFitting) showPuzzle(sampleFor(facts));
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
