import type { WatchedPuzzle } from '@hrm/ui/run-record';
import { signal } from '@preact/signals';

/** Whether the page follows runs, and hears from `hrm watch`. A report follows none. */
export const connection = signal<'none' | 'waiting' | 'open' | 'lost'>('none');

/** Of each run, by its folder, the puzzles that its evaluations failed on. */
export const watched = signal<ReadonlyMap<string, readonly WatchedPuzzle[]>>(new Map());
