import { readWeights } from './read-weights';
import type { WeightsName } from './shipped-weights';

export { weightsCards } from './weights-cards';

/** The `weights` of index.ts for browsers. */
export const weights = (name: WeightsName): Promise<Uint8Array<ArrayBuffer>> =>
  readWeights(name, async (url) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  });
