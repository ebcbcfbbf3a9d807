import type { RunRecord } from '@hrm/ui/run-record';
import { useMemo } from 'preact/hooks';
import { figures, whole } from '../format';
import { Card } from './card';
import { CurveChart, type ShownCurve } from './curve-chart';

/** What each segment adds: puzzles solved, and how far the latents still move. */
export function SegmentsCard({ run }: { run: RunRecord }) {
  const { examination } = run;
  const residuals = examination?.residuals;
  const along = (values: readonly number[]) => ({ x: values.map((_, segment) => segment + 1), values });
  const moved = useMemo<ShownCurve[]>(
    () =>
      residuals
        ? [
            {
              name: 'zL, fast',
              colour: '--z-low',
              axis: 'value',
              format: figures,
              hasDots: true,
              ...along(residuals.zL),
            },
            {
              name: 'zH, slow',
              colour: '--z-high',
              axis: 'value',
              format: figures,
              hasDots: true,
              ...along(residuals.zH),
            },
          ]
        : [],
    [run],
  );
  const solved = useMemo<ShownCurve[]>(
    () =>
      examination
        ? [{ name: 'Solved', colour: '--held-out', axis: 'share', hasDots: true, ...along(examination.solved) }]
        : [],
    [run],
  );
  if (!examination) return null;
  const { puzzles, step } = examination;
  return (
    <Card
      title="Segment by segment"
      note={`The ${examination.checkpoint === 'best' ? 'best' : 'last'} checkpoint, step ${whole(step)}, on ${whole(puzzles)} held-out puzzles${residuals ? `; residuals on ${whole(residuals.puzzles)} of them` : ''}.`}
    >
      {examination.solved.length > 0 && <CurveChart curves={solved} height={150} along="Segment" labelX={String} />}
      {residuals && (
        <>
          <h3>Residuals: how far a segment moves its latents, |f(z) − z| / |z|</h3>
          <CurveChart curves={moved} height={170} along="Segment" scale="log" label={figures} labelX={String} />
        </>
      )}
    </Card>
  );
}
