import { computed, effect, signal } from '@preact/signals';
import { parseSudoku } from '@hrm/data-sudoku-maze';
import { samples } from '../puzzles/samples';
import { findAmbiguity, findContradiction, type PuzzleProblem } from '../puzzles/cells';
import type { Device, DeviceChoice, ModelFacts } from '../engine/engine';
import type { LatentPaths, ThoughtSegment } from '../engine/thought';

/** The state of the page. Components read these signals; `actions.ts` writes them. */

/** The puzzle: digits row by row, 0 for blank. */
export const question = signal(parseSudoku(samples[3]!.text));
/** The puzzle that was searched for several answers, and what that found. */
const searched = signal<{ question: Uint8Array; problem: PuzzleProblem | undefined } | undefined>(undefined);
export const problem = computed(() => {
  const found = searched.value?.question === question.value ? searched.value.problem : undefined;
  return findContradiction(question.value) ?? found;
});

/** Searches each puzzle for several answers, once it is on the screen. Returns a function that ends this. */
export const keepSearching = (): (() => void) =>
  effect(() => {
    const shown = question.value;
    if (findContradiction(shown)) return undefined;
    const timer = setTimeout(() => (searched.value = { question: shown, problem: findAmbiguity(shown) }), 300);
    return () => clearTimeout(timer);
  });

/** The cell that the keyboard is at. */
export const currentCell = signal(0);

/** The segments that the model has run on this puzzle. */
export const segments = signal<readonly ThoughtSegment[]>([]);
export const paths = signal<LatentPaths>({ zL: [], zH: [] });
export const isThinking = signal(false);
/** Segments to run; undefined: as many as in training. */
export const segmentsWanted = signal<number | undefined>(undefined);

/** The application that is shown, counted from 1; 0 is the puzzle before the first. */
export const position = signal(0);
export const isPlaying = signal(false);
/** Whether playing shows each application of f_L and f_H, instead of each segment. */
export const showsApplications = signal(false);
/** Whether playing stops where the controller halts. */
export const stopsAtHalt = signal(true);
/** 1 is normal. */
export const speed = signal(1);

export const deviceChoice = signal<DeviceChoice>('auto');
export const device = signal<Device | undefined>(undefined);
export const model = signal<ModelFacts | undefined>(undefined);
/** The reader's own model, if it is in use: its name, and the size of its Sudokus. */
export const ownModel = signal<{ name: string; size: number } | undefined>(undefined);
/** Why a file is no model for this page. */
export const fileProblem = signal<string | undefined>(undefined);
/** Why the model cannot compute. */
export const failure = signal<string | undefined>(undefined);
/** A sentence for screen readers. */
export const announcement = signal('');

export const size = computed(() => Math.sqrt(question.value.length));
export const thoughts = computed(() => segments.value.flatMap(({ thoughts }) => thoughts));
/** Applications in a segment; 0 before the first. */
export const applicationsPerSegment = computed(() => segments.value[0]?.thoughts.length ?? 0);
export const plannedSegments = computed(() => segmentsWanted.value ?? model.value?.maxSegments ?? 16);
/** The first segment where the controller halts, from 1. */
export const haltingSegment = computed(() => segments.value.find(({ figures }) => figures.halts)?.figures.segment);
