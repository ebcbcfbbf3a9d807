import type { RunRecord } from '@hrm/ui/run-record';
import { useMemo } from 'preact/hooks';
import { bytes, figures } from '../format';
import { smooth } from '../smooth';
import { Card } from './card';
import { CurveChart, type ShownCurve } from './curve-chart';

const faint = { width: 1, opacity: 0.3, isFaint: true } as const;

/** What a run learned, and how fast: a chart for each quantity. */
export function Curves({ run }: { run: RunRecord }) {
  const { step, stride, loss, exactAccuracy, halted, learningRate, samplesPerSecond, memory } = run.curves;
  const evaluated = run.evaluations.map((evaluation) => evaluation.step);
  const learned = useMemo<ShownCurve[]>(
    () => [
      { name: 'Each loss', colour: '--loss', axis: 'value', x: step, values: loss, ...faint },
      { name: 'Each, exact', colour: '--exact', axis: 'share', x: step, values: exactAccuracy, ...faint },
      { name: 'Loss', colour: '--loss', axis: 'value', x: step, values: smooth(loss) },
      { name: 'Training, exact', colour: '--exact', axis: 'share', x: step, values: smooth(exactAccuracy, halted) },
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
  const [hasSpeed, hasMemory] = [hasValues(samplesPerSecond), hasValues(memory)];
  const small = hasSpeed && hasMemory ? 'third' : hasSpeed || hasMemory ? 'half' : 'whole';
  return (
    <>
      <Card
        title="Learning"
        size="whole"
        note={`Loss on the left, shares of puzzles with every cell right on the right.${stride > 1 ? ` Each point is the mean of ${stride} steps.` : ''}`}
      >
        <CurveChart curves={learned} height={300} />
      </Card>
      <Card title="Learning rate" size={small}>
        <CurveChart curves={rate} height={150} label={figures} />
      </Card>
      {hasSpeed && (
        <Card title="Speed" size={small}>
          <CurveChart curves={speed} height={150} />
        </Card>
      )}
      {hasMemory && (
        <Card title="Memory" size={small}>
          <CurveChart curves={used} height={150} label={bytes} />
        </Card>
      )}
    </>
  );
}

const hasValues = (values: readonly (number | null)[]) => values.some((value) => value !== null);
