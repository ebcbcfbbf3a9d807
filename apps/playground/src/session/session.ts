import { computed, signal } from '@preact/signals';
import { firstPuzzle } from '../puzzles/samples';
import { findFlaw, type Flaw } from '../puzzles/flaws';
import type { Puzzle } from '../puzzles/puzzle';
import type { Device, DeviceChoice, ModelFacts, OwnModelFacts } from '../engine/engine';
import type { Choice, LatentPaths, ThoughtSegment } from '../engine/thought';

/** The state of the page. Components read these signals; `actions.ts` writes them. */

export const puzzle = signal<Puzzle>(firstPuzzle);
const flaw = computed(() => findFlaw(puzzle.value));
/** The puzzle that was searched for several answers, and what that found. */
export const examined = signal<{ puzzle: Puzzle; problem: Flaw | undefined } | undefined>(undefined);
export const problem = computed(() => {
  const found = examined.value?.puzzle === puzzle.value ? examined.value.problem : undefined;
  return flaw.value ?? found;
});

/** The cell that the keyboard is at. */
export const currentCell = signal(0);

/** How the model thinks. */
export const tries = signal(1);
export const startNoise = signal(1);
export const segmentNoise = signal(0);
export const chooseBy = signal<'verify' | 'halt' | 'agreement'>('verify');
export const isSearchWanted = signal(false);
/** Whether the model stops where its controller halts. */
export const halts = signal(true);
/** Segments to run; undefined: as many as in training. */
export const segmentsWanted = signal<number | undefined>(undefined);

/** The segments that each try has run on this puzzle. */
export const triedSegments = signal<readonly (readonly ThoughtSegment[])[]>([]);
/** The try that is shown large, and whether the reader has picked it. */
export const front = signal({ attempt: 0, isPicked: false });
/** Which try was chosen; undefined until all are done. */
export const choice = signal<Choice | undefined>(undefined);
export const paths = signal<LatentPaths>({ zL: [], zH: [] });
export const isThinking = signal(false);

/** The application that is shown, counted from 1; 0 is the puzzle before the first. */
export const position = signal(0);
export const isPlaying = signal(false);
/** Whether playing shows each application of f_L and f_H, instead of each segment. */
export const showsApplications = signal(false);
/** 1 is normal. */
export const speed = signal(1);

export const deviceChoice = signal<DeviceChoice>('auto');
export const device = signal<Device | undefined>(undefined);
export const model = signal<ModelFacts | undefined>(undefined);
/** The reader's own model, if there is one. */
export const ownModel = signal<(OwnModelFacts & { name: string }) | undefined>(undefined);
/** Why a file is no model for this page. */
export const fileProblem = signal<string | undefined>(undefined);
/** Why the model cannot compute. */
export const failure = signal<string | undefined>(undefined);

/** Only a Sudoku can be searched: a part of a path is no maze. */
export const searches = computed(() => isSearchWanted.value && puzzle.value.kind === 'sudoku');
/** The segments of the try in front. */
export const segments = computed(() => triedSegments.value[front.value.attempt] ?? []);
export const thoughts = computed(() => segments.value.flatMap(({ thoughts }) => thoughts));
/** Applications in a segment; 0 before the first. */
export const applicationsPerSegment = computed(() => segments.value[0]?.thoughts.length ?? 0);
/** Applications of the try that has run longest. */
export const lastPosition = computed(() =>
  Math.max(0, ...triedSegments.value.map(({ length }) => length * applicationsPerSegment.value)),
);
/** The application of the try in front that is shown: the last one, after its end. */
export const shownPosition = computed(() => Math.min(position.value, thoughts.value.length));
/** A search takes longer than a pass. */
export const plannedSegments = computed(
  () => segmentsWanted.value ?? (searches.value ? 64 : (model.value?.maxSegments ?? 16)),
);
/** The first segment where the controller halts, from 1. */
export const haltingSegment = computed(() => segments.value.find(({ figures }) => figures.halts)?.figures.segment);
