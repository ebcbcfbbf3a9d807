import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readArcPuzzles } from '../src/files';

/** Path of a file of test data. */
export const testdata = (name: string): string => fileURLToPath(new URL(`testdata/${name}`, import.meta.url));

export const readJson = (name: string): unknown => JSON.parse(readFileSync(testdata(name), 'utf8'));

/** 12 training tasks and 8 evaluation tasks of ARC-AGI-1. */
export const { puzzles: training } = await readArcPuzzles(testdata('arc_training_challenges.json'));
export const { puzzles: evaluation } = await readArcPuzzles(testdata('arc_evaluation_challenges.json'));
