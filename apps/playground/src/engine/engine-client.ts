import { proxy, wrap } from 'comlink';
import type { Flaw } from '../puzzles/flaws';
import type { Puzzle } from '../puzzles/puzzle';
import type { Device, DeviceChoice, Engine } from './engine';
import type { LatentPaths } from './thought';

/** The engine in its worker, as the page uses it. */
export interface EngineClient extends Omit<Engine, 'start' | 'pathsOf' | 'generate' | 'findAmbiguity'> {
  pathsOf(attempt: number): Promise<LatentPaths>;
  generate(...request: Parameters<Engine['generate']>): Promise<Puzzle>;
  findAmbiguity(puzzle: Puzzle): Promise<Flaw | undefined>;
  readonly device: Promise<Device>;
  /** Ends the worker. Calls that are not done yet never return. */
  end(): void;
}

/** Starts a worker with the chosen device. To change the device, end it and start another one. */
export function startEngine(choice: DeviceChoice): EngineClient {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const engine = wrap<Engine>(worker);
  const broken = new Promise<never>((_, reject) => {
    worker.onerror = ({ message }) => reject(new Error(`The worker failed: ${message}`));
  });
  broken.catch(() => {});
  const device = Promise.race([engine.start(choice), broken]);
  return {
    device,
    useShipped: async (puzzle) => {
      await device;
      return engine.useShipped(puzzle);
    },
    useFiles: (files) => engine.useFiles(files),
    useOwn: (puzzle) => engine.useOwn(puzzle),
    useTrained: () => engine.useTrained(),
    solve: (puzzle, options, onSegment) => engine.solve(puzzle, options, proxy(onSegment)),
    pathsOf: (attempt) => engine.pathsOf(attempt),
    generate: (...request) => engine.generate(...request),
    findAmbiguity: (puzzle) => engine.findAmbiguity(puzzle),
    stop: () => void engine.stop(),
    train: (seed, onProgress) => engine.train(seed, proxy(onProgress)),
    stopTraining: () => void engine.stopTraining(),
    end: () => worker.terminate(),
  };
}
