import type { RunRecord } from '@hrm/ui/run-record';
import { useMemo } from 'preact/hooks';
import { bytes, figures } from '../format';
import { Card } from './card';
import { CurveChart, type ShownCurve } from './curve-chart';

/** What a run learned, and how fast: a chart for each quantity. */
export function Curves({ run }: { run: RunRecord }) {
  const { step, stride, loss, exactAccuracy, learningRate, samplesPerSecond, memory } = run.curves;
  const evaluated = run.evaluations.map((evaluation) => evaluation.step);
  const learned = useMemo<ShownCurve[]>(
    () => [
      { name: 'Loss', colour: '--loss', axis: 'value', x: step, values: loss, width: 1.5 },
      { name: 'Training, exact', colour: '--exact', axis: 'share', x: step, values: exactAccuracy, width: 1.5 },
      {
        name: 'Held out, exact',
        colour: '--held-out',
        axis: 'share',
        x: evaluated,
        values: run.evaluations.map((evaluation) => evaluation.exactAccuracy),
        width: 2.5,
        hasDots: evaluated.length < 60,
      },
    ],
    [run],
  );
  const rate = useMemo<ShownCurve[]>(
    () => [{ name: 'Rate', colour: '--rate', axis: 'value', x: step, values: learningRate, format: figures }],
    [run],
  );
  const speed = useMemo<ShownCurve[]>(
    () => [{ name: 'Samples/s', colour: '--speed', axis: 'value', x: step, values: samplesPerSecond }],
    [run],
  );
  const used = useMemo<ShownCurve[]>(
    () => [{ name: 'Memory', colour: '--memory', axis: 'value', x: step, values: memory, format: bytes }],
    [run],
  );
  if (step.length === 0) return null;
  return (
    <>
      <Card
        title="Learning"
        size="whole"
        note={`Loss on the left, shares of puzzles with every cell right on the right.${stride > 1 ? ` Each point is the mean of ${stride} steps.` : ''}`}
      >
        <CurveChart curves={learned} height={300} />
      </Card>
      <Card title="Learning rate" size="third">
        <CurveChart curves={rate} height={150} label={figures} />
      </Card>
      <Card title="Speed" size="third">
        {hasValues(samplesPerSecond) ? <CurveChart curves={speed} height={150} /> : <NotRecorded />}
      </Card>
      <Card title="Memory" size="third">
        {hasValues(memory) ? <CurveChart curves={used} height={150} label={bytes} /> : <NotRecorded />}
      </Card>
    </>
  );
}

const hasValues = (values: readonly (number | null)[]) => values.some((value) => value !== null);

function NotRecorded() {
  return <p class="empty">Not recorded by this run.</p>;
}
