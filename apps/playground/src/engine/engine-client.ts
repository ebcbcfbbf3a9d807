import { proxy, wrap } from 'comlink';
import type { Device, DeviceChoice, Engine } from './engine';

/** The engine in its worker, as the page uses it. */
export interface EngineClient extends Omit<Engine, 'start'> {
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
    useShipped: async (name) => {
      await device;
      return engine.useShipped(name);
    },
    useFiles: (files) => engine.useFiles(files),
    useOwn: () => engine.useOwn(),
    useTrained: () => engine.useTrained(),
    solve: (puzzle, segments, onSegment) => engine.solve(puzzle, segments, proxy(onSegment)),
    stop: () => void engine.stop(),
    train: (seed, onProgress) => engine.train(seed, proxy(onProgress)),
    stopTraining: () => void engine.stopTraining(),
    end: () => worker.terminate(),
  };
}
