import type { HostTensor, NamedHostTensors } from '@hrm/files';
import { weightsToOfficial } from '@hrm/models';
import { toHostTensor } from '@hrm/models/internal';
import type { UpdateGradients } from '@hrm/trainer';
import { BOUNDS, type Comparison } from './comparison';
import { hostTensors } from './host-tensors';
import type { RecordedOptimizer } from './parity-case';

/** Rounding may decide the sign of a gradient below this. */
const NEAR_ZERO = 2e-5;

const PUZZLE_GRADIENT = 'grad.inner.puzzle_emb.local_weights';
const PUZZLE_WEIGHT = 'inner.puzzle_emb.weights';

/** The gradients of a segment that we computed, by the names of a recording. */
export async function gradientValues({ gradients, puzzle }: UpdateGradients): Promise<NamedHostTensors> {
  const official = weightsToOfficial(await hostTensors(gradients));
  const values = new Map([...official].map(([name, value]) => [`grad.${name}`, value]));
  if (puzzle.gradients) values.set(PUZZLE_GRADIENT, await toHostTensor(puzzle.gradients));
  return values;
}

/** Compares gradients and weights, segment by segment. */
export class WeightComparison {
  readonly #comparison: Comparison;
  readonly #optimizer: RecordedOptimizer;
  /** For each weight, the elements whose recorded gradient was nearly, but not exactly, zero in a segment so far. */
  readonly #undecided = new Map<string, Uint8Array>();

  constructor(comparison: Comparison, optimizer: RecordedOptimizer) {
    this.#comparison = comparison;
    this.#optimizer = optimizer;
  }

  /** Compares the gradients of a segment. @param identifiers the puzzles of its batch */
  compareGradients(where: string, ours: NamedHostTensors, identifiers: HostTensor, recorded: NamedHostTensors): void {
    for (const [name, expected] of recorded) {
      if (!name.startsWith('grad.')) continue;
      this.#comparison.compare({
        quantity: 'grad',
        where: `${where} ${name}`,
        ours: ours.get(name),
        theirs: expected,
        bound: BOUNDS.gradient,
      });
      if (name === PUZZLE_GRADIENT) {
        const table = recorded.get(`after.${PUZZLE_WEIGHT}`)!;
        this.#noteUndecided(PUZZLE_WEIGHT, tableGradient(expected, identifiers, table));
      } else this.#noteUndecided(name.slice('grad.'.length), expected);
    }
  }

  /** Compares the weights after a segment's update, or their averages. @param ours by their official names */
  compareWeights(kind: 'after' | 'ema', where: string, ours: NamedHostTensors, recorded: NamedHostTensors): void {
    for (const [name, expected] of recorded) {
      if (!name.startsWith(`${kind}.`)) continue;
      const weight = name.slice(kind.length + 1);
      const { puzzle_emb_lr, lr } = this.#optimizer;
      this.#comparison.compare({
        quantity: kind,
        where: `${where} ${name}`,
        ours: ours.get(weight),
        theirs: expected,
        bound: BOUNDS.gradient,
        wholeSteps: {
          limit: 2 * (weight === PUZZLE_WEIGHT ? puzzle_emb_lr : lr),
          isUndecided: (index) => this.#undecided.get(weight)?.[index] === 1,
        },
      });
    }
  }

  #noteUndecided(weight: string, gradient: HostTensor): void {
    const data = gradient.data as Float32Array;
    const undecided = this.#undecided.get(weight) ?? new Uint8Array(data.length);
    for (let i = 0; i < data.length; i++) if (data[i] !== 0 && Math.abs(data[i]!) < NEAR_ZERO) undecided[i] = 1;
    this.#undecided.set(weight, undecided);
  }
}

/** The gradient of the puzzle table: the recorded gradients of the batch's rows, summed by puzzle identifier. */
function tableGradient(rows: HostTensor, identifiers: HostTensor, table: HostTensor): HostTensor {
  const size = table.shape[1]!;
  const data = new Float32Array(table.data.length);
  (identifiers.data as Int32Array).forEach((identifier, slot) => {
    for (let i = 0; i < size; i++) data[identifier * size + i]! += Number(rows.data[slot * size + i]);
  });
  return { dtype: 'float32', shape: table.shape, data };
}
