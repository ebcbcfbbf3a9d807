import type { Curves, HaltingSpan } from '@hrm/ui/run-record';
import type { ObservationLine, StepLine } from './metrics-lines';

/** The most entries of a curve. */
const ENTRIES = 800;
/** The most spans of the halting histogram. */
const SPANS = 100;

const FIGURES = ['loss', 'exactAccuracy', 'learningRate', 'samplesPerSecond', 'memory'] as const;
type Figure = (typeof FIGURES)[number];

/** Sums over `stride` steps. */
interface Entry {
  lastStep: number;
  sums: { [Name in Figure]?: { sum: number; weight: number } };
}

/** Five digits are more than a curve shows. */
const rounded = (value: number) => Number(value.toPrecision(5));

/** Entries of consecutive spans of steps. When there are too many, every two become one. */
class Spans<Value> {
  readonly #most: number;
  readonly #make: () => Value;
  readonly #add: (into: Value, other: Value) => void;
  #values: Value[] = [];
  stride = 1;

  constructor(most: number, make: () => Value, add: (into: Value, other: Value) => void) {
    this.#most = most;
    this.#make = make;
    this.#add = add;
  }

  /** The entry that a step, counted from 1, belongs to. */
  at(step: number): Value {
    while (Math.floor((step - 1) / this.stride) >= this.#most) this.#halve();
    const index = Math.max(0, Math.floor((step - 1) / this.stride));
    while (this.#values.length <= index) this.#values.push(this.#make());
    return this.#values[index]!;
  }

  get all(): readonly Value[] {
    return this.#values;
  }

  #halve(): void {
    this.stride *= 2;
    const halved: Value[] = [];
    for (let i = 0; i < this.#values.length; i += 2) {
      const [value, next] = [this.#values[i]!, this.#values[i + 1]];
      if (next !== undefined) this.#add(value, next);
      halved.push(value);
    }
    this.#values = halved;
  }
}

function addEntry(into: Entry, other: Entry): void {
  into.lastStep = Math.max(into.lastStep, other.lastStep);
  for (const name of FIGURES) {
    const more = other.sums[name];
    if (!more) continue;
    const sums = (into.sums[name] ??= { sum: 0, weight: 0 });
    sums.sum += more.sum;
    sums.weight += more.weight;
  }
}

function addCounts(into: HaltingCounts, { step, counts }: HaltingSpan): void {
  into.step = Math.max(into.step, step);
  counts.forEach((count, segment) => (into.counts[segment] = (into.counts[segment] ?? 0) + count));
}

interface HaltingCounts extends HaltingSpan {
  counts: number[];
}

/** Curves of a run, made line by line. Their size stays the same however long the run is. */
export class RunCurves {
  readonly #entries = new Spans<Entry>(ENTRIES, () => ({ lastStep: 0, sums: {} }), addEntry);
  readonly #halting = new Spans<HaltingCounts>(SPANS, () => ({ step: 0, counts: [] }), addCounts);

  addStep({ step, tokenLoss, exactAccuracy, learningRate, count = 1, haltingSteps }: StepLine): void {
    this.#add(step, { loss: tokenLoss, learningRate });
    this.#add(step, { exactAccuracy }, count);
    if (haltingSteps) addCounts(this.#halting.at(step), { step, counts: haltingSteps });
  }

  addObservation({ step, samplesPerSecond, memory }: ObservationLine): void {
    if (step > 0) this.#add(step, { samplesPerSecond, memory });
  }

  #add(step: number, figures: { readonly [Name in Figure]?: number | undefined }, weight = 1): void {
    const sums: Entry['sums'] = {};
    for (const name of FIGURES) {
      const value = figures[name];
      if (value !== undefined && weight > 0) sums[name] = { sum: value * weight, weight };
    }
    addEntry(this.#entries.at(step), { lastStep: step, sums });
  }

  /** The curves so far. */
  get curves(): Curves {
    const entries = this.#entries.all.filter(({ lastStep }) => lastStep > 0);
    const curve = (name: Figure) =>
      entries.map(({ sums }) => (sums[name] ? rounded(sums[name].sum / sums[name].weight) : null));
    return {
      stride: this.#entries.stride,
      step: entries.map(({ lastStep }) => lastStep),
      loss: curve('loss'),
      exactAccuracy: curve('exactAccuracy'),
      halted: entries.map(({ sums }) => sums.exactAccuracy?.weight ?? 0),
      learningRate: curve('learningRate'),
      samplesPerSecond: curve('samplesPerSecond'),
      memory: curve('memory'),
      halting: this.#halting.all.filter(({ step }) => step > 0),
    };
  }
}
