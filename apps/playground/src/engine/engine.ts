import { tokensFromCells } from '@hrm/data';
import { namedParameters } from '@hrm/layers';
import { loadModel, type RecursiveReasoner } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { weights, type WeightsName } from '@hrm/weights';
import { pickCoordinates, principalPath } from './latent-path';
import { trainLive, type TrainingProgress } from './live-training';
import { openModel, type GivenFile } from './open-model';
import { think } from './think';
import type { LatentPaths, ThoughtSegment } from './thought';

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
  seqLen: number;
  parameters: number;
  /** Segments after which training halts every puzzle. */
  maxSegments: number;
}

/** Called after each segment. */
export type OnSegment = (segment: ThoughtSegment, paths: LatentPaths) => void;

/** All work with tensors. It lives in the worker; the page calls it through Comlink. */
export interface Engine {
  /** Selects the backend. Call it first. */
  start(choice: DeviceChoice): Promise<Device>;
  /** Reads a shipped model. Keeps those that were read before. */
  useShipped(name: WeightsName): Promise<ModelFacts>;
  /** Reads a model of the reader's. If it does not fit, the model before stays. */
  useFiles(files: readonly GivenFile[]): Promise<ModelFacts>;
  /** Takes the reader's own model again. */
  useOwn(): Promise<ModelFacts>;
  /** Takes the model that was trained last; it is now the reader's own. */
  useTrained(): Promise<ModelFacts>;
  /**
   * Has the model solve a puzzle, and calls back after each segment. Stops an earlier solution.
   *
   * @returns whether it ran all segments; false if it was stopped.
   */
  solve(puzzle: Uint8Array, segments: number, onSegment: OnSegment): Promise<boolean>;
  /** Stops the solution after its current segment. */
  stop(): void;
  /** Trains a model from nothing, until it is done or stopped. Returns its file. */
  train(seed: number, onProgress: (progress: TrainingProgress) => void): Promise<Uint8Array>;
  /** Stops the training after its current step. */
  stopTraining(): void;
}

/** Makes the engine. */
export function createEngine(): Engine {
  const shipped = new Map<WeightsName, RecursiveReasoner>();
  let own: RecursiveReasoner | undefined;
  let model: RecursiveReasoner | undefined;
  let trained: Uint8Array | undefined;
  let training = new AbortController();
  let run = 0;

  const use = (next: RecursiveReasoner): ModelFacts => {
    run++;
    model = next;
    return factsOf(next);
  };
  const useOwn = (next: RecursiveReasoner): ModelFacts => {
    const facts = use(next);
    own?.dispose();
    own = next;
    return facts;
  };

  return {
    async start(choice) {
      if (choice === 'webgpu' || (choice === 'auto' && 'gpu' in navigator)) {
        await import('@tensorflow/tfjs-backend-webgpu');
      }
      const { name, why, hint } = await selectBackend(choice === 'auto' ? {} : { prefer: choice });
      return { name, why, hint };
    },

    async useShipped(name) {
      const found = shipped.get(name) ?? loadModel(await weights(name), { path: name });
      shipped.set(name, found);
      return use(found);
    },

    useFiles: async (files) => useOwn(await openModel(files)),

    async useOwn() {
      if (!own) throw new Error('There is no model of your own yet.');
      return use(own);
    },

    async useTrained() {
      if (!trained) throw new Error('No model has been trained yet.');
      return useOwn(loadModel(trained));
    },

    async solve(puzzle, segments, onSegment) {
      if (!model) throw new Error('There is no model yet.');
      const ownRun = ++run;
      const states: Record<'zL' | 'zH', Float32Array[]> = { zL: [], zH: [] };
      let paths: LatentPaths = { zL: [], zH: [] };
      const onLatent = (latent: 'zL' | 'zH', values: Float32Array) => states[latent].push(pickCoordinates(values));
      for await (const segment of think(model, tokensFromCells(puzzle), { segments, onLatent })) {
        if (run !== ownRun) return false;
        paths = { zL: principalPath(states.zL, paths.zL), zH: principalPath(states.zH, paths.zH) };
        onSegment(segment, paths);
        // Lets the worker read its messages, such as `stop`.
        await new Promise((resolve) => setTimeout(resolve));
        if (run !== ownRun) return false;
      }
      return true;
    },

    stop() {
      run++;
    },

    async train(seed, onProgress) {
      training.abort();
      training = new AbortController();
      return (trained = await trainLive(seed, training.signal, onProgress));
    },

    stopTraining: () => training.abort(),
  };
}

function factsOf(model: RecursiveReasoner): ModelFacts {
  const { seqLen, halting } = model;
  const parameters = [...namedParameters(model).values()].reduce((sum, { size }) => sum + size, 0);
  return { seqLen, parameters, maxSegments: halting.maxSegments };
}
