import { readFile } from 'node:fs/promises';
import { readWeights } from './read-weights';
import type { WeightsName } from './shipped-weights';

export { weightsCards } from './weights-cards';
export type { WeightsName } from './shipped-weights';
export type { WeightsCard, WeightsFigure } from './weights-card';

/**
 * Reads a shipped model: the bytes that `loadModel` of `@hrm/models` takes. Reads only this one, from the package in
 * Node and by `fetch` in browsers, and checks its SHA-256.
 *
 * @param name such as `sudoku-9x9`; {@link weightsCards} lists all.
 * @throws RangeError for an unknown name; Error if the file cannot be read or is not the one that was published.
 *
 * @example
 * ```ts
 * import { loadModel } from '@hrm/models';
 * import { weights } from '@hrm/weights';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const model = loadModel(await weights('sudoku-4x4'));
 * console.log((await model.solve([2, 1, 1, 1, 1, 1, 4, 1, 1, 5, 1, 1, 1, 1, 1, 3])).answer);
 * ```
 */
export const weights = (name: WeightsName): Promise<Uint8Array<ArrayBuffer>> =>
  // A copy: a Buffer is not a plain Uint8Array.
  readWeights(name, async (url) => new Uint8Array(await readFile(url)));
