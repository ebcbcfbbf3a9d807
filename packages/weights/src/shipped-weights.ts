import maze from '../files/maze.json';
import sudoku4x4 from '../files/sudoku-4x4.json';
import sudoku6x6 from '../files/sudoku-6x6.json';
import sudoku9x9 from '../files/sudoku-9x9.json';
import type { WeightsCard } from './weights-card';

/**
 * Every shipped model. `hrm-lab publish-weights` writes the files of one. Bundlers find a file by its whole URL, so each
 * is written out.
 */
const shipped = {
  'sudoku-4x4': { card: sudoku4x4, url: new URL('../files/sudoku-4x4.safetensors', import.meta.url) },
  'sudoku-6x6': { card: sudoku6x6, url: new URL('../files/sudoku-6x6.safetensors', import.meta.url) },
  'sudoku-9x9': { card: sudoku9x9, url: new URL('../files/sudoku-9x9.safetensors', import.meta.url) },
  maze: { card: maze, url: new URL('../files/maze.safetensors', import.meta.url) },
};

/** The name of a shipped model. */
export type WeightsName = keyof typeof shipped;

/** Every shipped model by name, typed as JSON modules cannot be. */
export const shippedWeights = shipped as unknown as Readonly<Record<WeightsName, { card: WeightsCard; url: URL }>>;
