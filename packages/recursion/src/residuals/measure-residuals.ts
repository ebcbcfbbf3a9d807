import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '@hrm/layers';
import { expectOptions, expectSizes } from '@hrm/layers/internal';
import type { Latents } from '../latents';
import type { RecursionCore } from '../recursion-core';
import type { RecursionSchedule } from '../schedules/recursion-schedule';
import type { Application } from '../schedules/refine-in-order';
import { residualNorm } from '../solvers/residual-norm';
import { stackedSweep, stackLatents } from '../stacked-latents';
import { observeCore } from './observe-core';
import { spectralRadius } from './spectral-radius';

/**
 * The part of a model that {@link measureResiduals} needs; models of `@hrm/models` have it. `Batch` is the type of its
 * batches.
 */
export interface MeasurableNetwork<Batch> {
  readonly core: RecursionCore;
  readonly schedule: RecursionSchedule;
  /** The initial latents, `[hidden]` or any shape that broadcasts to the latents. */
  initialLatents(): { zH: tf.Tensor; zL: tf.Tensor };
  /** The rows of the puzzle embedding for a batch; undefined if the model has none. */
  puzzleRows(batch: Batch): tf.Tensor2D | undefined;
  /** The embedded puzzle, `[batch, seq, hidden]`. */
  embed(batch: Batch, puzzleRows: tf.Tensor2D | undefined): tf.Tensor3D;
}

/** Options of {@link measureResiduals}. */
export interface MeasureResidualsOptions {
  /** Number of segments to run. Default 8. */
  segments?: number;
  /** Default: the model's schedule. */
  schedule?: RecursionSchedule;
  /** Number of products with the Jacobian for the spectral radius; 0 leaves it out. Default 60. */
  spectralIterations?: number;
  /** Seed of the spectral radius's initial vector. Default 0. */
  seed?: number;
}

/** A number for each sample of the batch, and their mean. */
export interface SampleFigures {
  mean: number;
  samples: number[];
}

/** How far one refinement moved its latent. */
export interface ApplicationResidual extends SampleFigures {
  /** Counted from 1. */
  segment: number;
  application: Application;
}

/** How far a segment moved the latents. */
export interface SegmentResidual {
  /** Counted from 1. */
  segment: number;
  zH: SampleFigures;
  zL: SampleFigures;
}

/** The result of {@link measureResiduals}. Residuals are relative: `|f(z) - z| / |z|`. */
export interface ResidualReport {
  /** Every refinement, in the schedule's order. */
  applications: ApplicationResidual[];
  segments: SegmentResidual[];
  /** Spectral radius of the Jacobian of one sweep (f_L, then f_H) after the last segment; undefined if left out. */
  spectralRadius: SampleFigures | undefined;
}

/**
 * Measures whether the recursion converges, as HRM's gradient assumes: how far each refinement and each segment moves
 * the latents, and how fast small differences shrink at the end.
 *
 * Source: HRM, section 2 and figure 3.
 *
 * @param network the model.
 * @param batch puzzles for the model.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { RandomStream, mixerBlock } from '@hrm/layers';
 * import { measureResiduals, oneStepGradient, ReasoningModule, RecursionCore } from '@hrm/recursion';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const context = { hiddenSize: 16, seqLen: 5, random: new RandomStream(0) };
 * const level = () => new ReasoningModule({ layers: 1, block: mixerBlock(), context });
 * const network = {
 *   core: new RecursionCore(level(), level()),
 *   schedule: oneStepGradient({ hCycles: 2, lCycles: 2 }),
 *   initialLatents: () => ({ zH: tf.ones([16]), zL: tf.ones([16]) }),
 *   puzzleRows: () => undefined,
 *   embed: (x: tf.Tensor3D) => x,
 * };
 * const report = await measureResiduals(network, tf.ones([1, 5, 16]), { segments: 2 });
 * for (const { segment, application, mean } of report.applications) console.log(segment, application, mean);
 * console.log(report.spectralRadius!.mean);
 * ```
 */
export async function measureResiduals<Batch>(
  network: MeasurableNetwork<Batch>,
  batch: Batch,
  options: MeasureResidualsOptions = {},
): Promise<ResidualReport> {
  expectOptions('measureResiduals', options, ['segments', 'schedule', 'spectralIterations', 'seed']);
  const { segments = 8, schedule = network.schedule, spectralIterations = 60, seed = 0 } = options;
  expectSizes('measureResiduals', { segments });
  expectSizes('measureResiduals', { spectralIterations }, 0);

  const report: ResidualReport = { applications: [], segments: [], spectralRadius: undefined };
  const x = tf.tidy(() => network.embed(batch, network.puzzleRows(batch)));
  let latents = tf.tidy(() => {
    const { zH, zL } = network.initialLatents();
    return { zH: tf.add(tf.zeros(x.shape), zH), zL: tf.add(tf.zeros(x.shape), zL) } as Latents;
  });
  // Kept tensors from inside the schedule's scopes; freed below.
  const kept: tf.Tensor1D[] = [];
  try {
    for (let segment = 1; segment <= segments; segment++) {
      const before = latents;
      const measured = runSegment(network.core, schedule, before, x, kept);
      tf.dispose(before);
      latents = measured.latents;
      for (const { application, residual } of measured.applications) {
        report.applications.push({ segment, application, ...(await readFigures(residual)) });
      }
      const { zH, zL } = measured.moved;
      report.segments.push({ segment, zH: await readFigures(zH), zL: await readFigures(zL) });
    }
    if (spectralIterations > 0) {
      const radius = tf.tidy(() => {
        const sweep = stackedSweep(network.core, x.shape);
        const random = new RandomStream(seed);
        return spectralRadius((z) => sweep(z, x), stackLatents(latents), { iterations: spectralIterations, random });
      });
      report.spectralRadius = await readFigures(radius);
    }
    return report;
  } finally {
    tf.dispose([latents, x, kept]);
  }
}

/** Runs one segment. Returns how far it and each of its refinements moved the latents, `[batch]` each. */
function runSegment(
  core: RecursionCore,
  schedule: RecursionSchedule,
  before: Latents,
  x: tf.Tensor3D,
  kept: tf.Tensor1D[],
) {
  const applications: { application: Application; residual: tf.Tensor1D }[] = [];
  const observed = observeCore(core, (application, { zH, zL }, after) => {
    const residual = application === 'fL' ? residualNorm(zL, after.zL) : residualNorm(zH, after.zH);
    kept.push(tf.keep(residual));
    applications.push({ application, residual });
  });
  const { latents, moved } = tf.tidy(() => {
    const { latents } = schedule.refine(observed, before, x);
    const moved = { zH: residualNorm(before.zH, latents.zH), zL: residualNorm(before.zL, latents.zL) };
    return { latents, moved };
  });
  return { latents, moved, applications };
}

/** Reads numbers and frees their tensor. */
async function readFigures(figures: tf.Tensor1D): Promise<SampleFigures> {
  const samples = Array.from(await figures.data());
  figures.dispose();
  return { mean: samples.reduce((sum, value) => sum + value, 0) / samples.length, samples };
}
