import { fileURLToPath } from 'node:url';

/**
 * A file that this package brings for set-ups: C++ sources, a lockfile. Their folder is beside `src` and `dist` alike, so
 * this module is in no folder of its own.
 */
export const ownFile = (name: string): string => fileURLToPath(new URL(`../native/${name}`, import.meta.url));
