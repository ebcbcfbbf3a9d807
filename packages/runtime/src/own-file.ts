import { fileURLToPath } from 'node:url';

/**
 * The path of one of this package's files for the set-up: C++ sources, a lockfile. The path is relative to `src` and
 * `dist`, so this module must stay directly in `src`.
 */
export const ownFile = (name: string): string => fileURLToPath(new URL(`../native/${name}`, import.meta.url));
