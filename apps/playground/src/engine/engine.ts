import { namedParameters } from '@hrm/layers';
import { loadModel, type RecursiveReasoner } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { weights } from '@hrm/weights';
import { shippedModel } from '../models/shipped-models';
import type { Puzzle } from '../puzzles/puzzle';
import { findAmbiguity } from './find-ambiguity';
import { generatePuzzle } from './generate-puzzle';
import { latentPath, type LatentPath } from './latent-path';
import { trainLive, type TrainingProgress } from './live-training';
import { openModel, type GivenFile, type OpenedModel } from './open-model';
import { think, type ThinkOptions } from './think';
import type { Choice, LatentPaths, TriedSegment } from './thought';

/** The device that the reader wants, or `auto`. */
export type DeviceChoice = 'auto' | 'webgpu' | 'wasm' | 'cpu';

/** What computes. */
export interface Device {
  name: string;
  /** Says what was chosen and why. */
  why: string;
  /** Says how to have more. */
  hint?: string | undefined;
}

/** What the page shows of a model. */
export interface ModelFacts {
  parameters: number;
  /** Segments after which training halts every puzzle. */
  maxSegments: number;
}

/** What the page must know of a model of the reader's. */
export type OwnModelFacts = ModelFacts & Omit<OpenedModel, 'atSize'>;

/** How to think. All but the signal and the callbacks. */
export type SolveOptions = Omit<ThinkOptions, 'signal' | 'onSegment' | 'onLatent'>;

/** Called after each segment, with the paths of the try in front. */
export type OnSegment = (segment: TriedSegment, paths: LatentPaths) => void;

/** All work with tensors. It lives in the worker; the page calls it through Comlink. */
export interface Engine {
  /** Selects the backend. Call it first. */
  start(choice: DeviceChoice): Promise<Device>;
  /** Takes the shipped model for a puzzle. Keeps those of Sudoku that were read before. */
  useShipped(puzzle: Puzzle): Promise<ModelFacts>;
  /** Reads a model of the reader's. If it does not fit, the model before stays. */
  useFiles(files: readonly GivenFile[]): Promise<OwnModelFacts>;
  /** Takes the reader's own model again, for a puzzle of its kind. */
  useOwn(puzzle: Puzzle): Promise<ModelFacts>;
  /** Takes the model that was trained last; it is now the reader's own. */
  useTrained(): Promise<OwnModelFacts>;
  /**
   * Has the model think of a puzzle, and calls back after each segment. Stops an earlier solution.
   *
   * @returns the chosen try; undefined if it was stopped.
   */
  solve(puzzle: Puzzle, options: SolveOptions, onSegment: OnSegment): Promise<Choice | undefined>;
  /** The paths of a try so far. From now on it is the one in front. */
  pathsOf(attempt: number): LatentPaths;
  /** Stops the solution after its current segment. */
  stop(): void;
  /** Makes a puzzle. */
  generate: typeof generatePuzzle;
  /** Finds whether a puzzle has several answers, or none. */
  findAmbiguity: typeof findAmbiguity;
  /** Trains a model from nothing, until it is done or stopped. Returns its file. */
  train(seed: number, onProgress: (progress: TrainingProgress) => void): Promise<Uint8Array>;
  /** Stops the training after its current step. */
  stopTraining(): void;
}

/** Makes the engine. @param onSegment passes a segment on, without copying it if possible. */
export function createEngine(
  passOn: <T extends object>(values: T, buffers: ArrayBuffer[]) => T = (values) => values,
): Engine {
  const shipped = new Map<string, RecursiveReasoner>();
  let own: OpenedModel | undefined;
  let model: RecursiveReasoner | undefined;
  let trained: Uint8Array | undefined;
  let training = new AbortController();
  let solving = new AbortController();
  let paths: { zL: LatentPath; zH: LatentPath }[] = [];
  let front = 0;

  const use = (next: RecursiveReasoner): ModelFacts => {
    solving.abort();
    model = next;
    return factsOf(next);
  };
  const useOwn = (next: OpenedModel): OwnModelFacts => {
    own = next;
    const { atSize, ...facts } = next;
    return { ...facts, ...use(atSize(next)) };
  };
  const pathsOfFront = (): LatentPaths => {
    const { zL, zH } = paths[front] ?? { zL: latentPath(), zH: latentPath() };
    return { zL: zL.points(), zH: zH.points() };
  };

  return {
    async start(choice) {
      if (choice === 'webgpu' || (choice === 'auto' && 'gpu' in navigator)) {
        await import('@tensorflow/tfjs-backend-webgpu');
      }
      const { name, why, hint } = await selectBackend(choice === 'auto' ? {} : { prefer: choice });
      return { name, why, hint };
    },

    async useShipped(puzzle) {
      const name = shippedModel(puzzle);
      const { width: columns, height: rows } = puzzle;
      const found = shipped.get(name);
      if (found && found.seqLen === rows * columns && puzzle.kind === 'sudoku') return use(found);
      const grid = puzzle.kind === 'maze' ? { grid: { rows, columns } } : {};
      const loaded = loadModel(await weights(name), { path: name, ...grid });
      const facts = use(loaded);
      // The maze model of another size.
      found?.dispose();
      shipped.set(name, loaded);
      return facts;
    },

    useFiles: async (files) => useOwn(await openModel(files)),

    async useOwn(puzzle) {
      if (!own) throw new Error('There is no model of your own yet.');
      return use(own.atSize(puzzle));
    },

    async useTrained() {
      if (!trained) throw new Error('No model has been trained yet.');
      const model = loadModel(trained);
      return useOwn({ kind: 'sudoku', width: 4, height: 4, anySize: false, atSize: () => model });
    },

    async solve(puzzle, options, onSegment) {
      if (!model) throw new Error('There is no model yet.');
      solving.abort();
      const { signal } = (solving = new AbortController());
      paths = Array.from({ length: options.tries ?? 1 }, () => ({ zL: latentPath(), zH: latentPath() }));
      front = 0;
      try {
        return await think(model, puzzle, {
          ...options,
          signal,
          onLatent: (attempt, latent, coordinates) => paths[attempt]![latent].add(coordinates),
          onSegment: (segment) => onSegment(passOn(segment, buffersOf(segment)), pathsOfFront()),
        });
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      }
    },

    pathsOf(attempt) {
      front = attempt;
      return pathsOfFront();
    },

    stop: () => solving.abort(),
    generate: generatePuzzle,
    findAmbiguity,

    async train(seed, onProgress) {
      training.abort();
      training = new AbortController();
      return (trained = await trainLive(seed, training.signal, onProgress));
    },

    stopTraining: () => training.abort(),
  };
}

/** The memory of a segment's large arrays. Several arrays share one. */
function buffersOf(segment: TriedSegment): ArrayBuffer[] {
  const arrays = segment.flatMap(([, { thoughts }]) =>
    thoughts.flatMap(({ confidence, movement }) => [confidence, movement]),
  );
  return [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))];
}

function factsOf(model: RecursiveReasoner): ModelFacts {
  const parameters = [...namedParameters(model).values()].reduce((sum, { size }) => sum + size, 0);
  return { parameters, maxSegments: model.halting.maxSegments };
}
