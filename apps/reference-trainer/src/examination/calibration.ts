import type { Calibration, CalibrationBin } from '@hrm/ui/run-record';

const BINS = 10;

/** A stated probability that an answer is right, and whether it was. */
export interface Prediction {
  predicted: number;
  isRight: boolean;
}

/**
 * Compares predicted probabilities with what came true, in ten equal ranges. The error is the expected calibration
 * error.
 *
 * Source: Naeini et al., "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015.
 *
 * @returns undefined without predictions.
 */
export function calibrate(predictions: readonly Prediction[]): Calibration | undefined {
  if (predictions.length === 0) return undefined;
  const bins = Array.from({ length: BINS }, () => ({ count: 0, predicted: 0, right: 0 }));
  for (const { predicted, isRight } of predictions) {
    const bin = bins[Math.min(BINS - 1, Math.floor(predicted * BINS))]!;
    bin.count++;
    bin.predicted += predicted;
    if (isRight) bin.right++;
  }
  const filled = bins.flatMap(({ count, predicted, right }, index): CalibrationBin[] =>
    count === 0
      ? []
      : [{ from: index / BINS, to: (index + 1) / BINS, count, predicted: predicted / count, right: right / count }],
  );
  const error = filled.reduce((sum, { count, predicted, right }) => sum + count * Math.abs(predicted - right), 0);
  return { count: predictions.length, bins: filled, error: error / predictions.length };
}
