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
  // A latent that does not move at all has no place on a logarithmic scale.
  const moves = (values: readonly number[]) => ({ ...along(values), values: values.map((value) => value || null) });
  const moved = useMemo<ShownCurve[]>(() => {
    if (!residuals) return [];
    const shared = { axis: 'value', format: figures, hasDots: true } as const;
    const both: ShownCurve[] = [
      { name: 'zL, fast', colour: '--z-low', ...shared, ...moves(residuals.zL) },
      { name: 'zH, slow', colour: '--z-high', ...shared, ...moves(residuals.zH) },
    ];
    return both.filter(({ values }) => values.some((value) => value !== null));
  }, [run]);
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
