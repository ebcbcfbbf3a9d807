import { FileFormatError } from '@hrm/files';
import type { CheckpointFolder } from './checkpoint-folder';
import { readManifest } from './read-checkpoint';

/** The checkpoints of a run by their metrics. */
export interface MetricRanking {
  /** The steps of the checkpoints with a metric, best first; of equal ones the newest first. */
  readonly byMetric: readonly number[];
  /** The steps whose manifests cannot be read, and why. */
  readonly unreadable: readonly { readonly step: number; readonly error: unknown }[];
}

/** Reads the metrics of all checkpoints. */
export async function rankByMetric(checkpoints: CheckpointFolder): Promise<MetricRanking> {
  const measured: { step: number; metric: number }[] = [];
  const unreadable: { step: number; error: unknown }[] = [];
  for (const step of await checkpoints.steps()) {
    try {
      const { metric } = await readManifest(checkpoints.pathOf(step), checkpoints.fileSystem);
      if (metric !== undefined) measured.push({ step, metric });
    } catch (error) {
      unreadable.push({ step, error });
    }
  }
  const byMetric = measured.sort((a, b) => b.metric - a.metric || b.step - a.step).map(({ step }) => step);
  return { byMetric, unreadable };
}

/**
 * The steps that may be the best undamaged one: the best by metric, the best verified one in case the former is
 * damaged, and those that cannot be read now. A manifest that is damaged cannot be the best.
 *
 * @param verified steps of checkpoints that are known to be undamaged.
 */
export function possiblyBestSteps({ byMetric, unreadable }: MetricRanking, verified: ReadonlySet<number>): number[] {
  const best = [byMetric[0], byMetric.find((step) => verified.has(step))].filter((step) => step !== undefined);
  const readableLater = unreadable.filter(({ error }) => !(error instanceof FileFormatError));
  return [...best, ...readableLater.map(({ step }) => step)];
}
