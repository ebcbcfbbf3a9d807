import type { HaltingSpan, RunRecord } from '@hrm/ui/run-record';
import { percent, short, whole } from '../format';
import { Card } from './card';

/** When puzzles halt: over training, and on held-out puzzles. */
export function HaltingCard({ run }: { run: RunRecord }) {
  const spans = run.curves.halting.filter(({ counts }) => sum(counts) > 0);
  const heldOut = heldOutOf(run);
  if (spans.length === 0 && !heldOut) return null;
  return (
    <Card
      title="Halting"
      note="After how many segments puzzles halt: in training, where the controller also explores, and on held-out puzzles."
    >
      {spans.length > 0 && <OverTime spans={spans} />}
      {heldOut && <Histogram counts={heldOut.counts} title={heldOut.title} />}
    </Card>
  );
}

/** The held-out puzzles that tell most: those of the examination, or else of the last evaluation. */
function heldOutOf({ examination, evaluations }: RunRecord) {
  if (examination) {
    return {
      counts: examination.halting,
      title: `${whole(examination.puzzles)} held-out puzzles, step ${whole(examination.step)}`,
    };
  }
  const last = evaluations.findLast(({ halted }) => halted);
  return last && { counts: last.halted!.haltingSteps, title: `Held-out puzzles, step ${whole(last.step)}` };
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/** The mean number of segments. */
const meanSegments = (counts: readonly number[]) =>
  counts.reduce((total, count, segment) => total + count * (segment + 1), 0) / sum(counts);

/** Segments upwards, steps to the right: the darker a cell, the more puzzles halted there. The line is the mean. */
function OverTime({ spans }: { spans: readonly HaltingSpan[] }) {
  const segments = Math.max(...spans.map(({ counts }) => counts.length));
  const means = spans.map(({ counts }) => meanSegments(counts));
  const points = means.map((mean, x) => `${x + 0.5},${segments + 0.5 - mean}`).join(' ');
  const label = `Segments until puzzles halt in training, from ${means[0]!.toFixed(1)} on average at the start to ${means.at(-1)!.toFixed(1)} at step ${whole(spans.at(-1)!.step)}`;
  return (
    <figure class="heat">
      <figcaption>Training</figcaption>
      <div class="plot">
        <span class="y top">{segments}</span>
        <span class="y bottom">1</span>
        <svg viewBox={`0 0 ${spans.length} ${segments}`} preserveAspectRatio="none" role="img" aria-label={label}>
          {spans.flatMap(({ counts }, x) =>
            counts.map((count, segment) =>
              count === 0 ? null : (
                <rect
                  key={`${x},${segment}`}
                  x={x}
                  y={segments - 1 - segment}
                  width={1.02}
                  height={1}
                  // The square root shows rare segments too.
                  opacity={Math.sqrt(count / sum(counts)).toFixed(3)}
                />
              ),
            ),
          )}
          <polyline points={points} />
        </svg>
      </div>
      <p class="x">
        <span>{`step ${whole(1)}`}</span>
        <span class="key">— mean</span>
        <span>{whole(spans.at(-1)!.step)}</span>
      </p>
    </figure>
  );
}

/** Bars: how many puzzles halted after 1, 2, ... segments. */
function Histogram({ counts, title }: { counts: readonly number[]; title: string }) {
  const all = sum(counts);
  const most = Math.max(...counts, 1);
  return (
    <figure class="histogram">
      <figcaption>{`${title}: ${all > 0 ? meanSegments(counts).toFixed(1) : '–'} segments on average`}</figcaption>
      <ol>
        {counts.map((count, segment) => (
          <li key={segment} title={`Segment ${segment + 1}: ${whole(count)} puzzles`}>
            <span class="visually-hidden">{`Segment ${segment + 1}: ${whole(count)} puzzles, ${percent(count / all, 0)}`}</span>
            <b aria-hidden="true">{count > 0 && counts.length <= 16 ? short(count) : ''}</b>
            <i style={{ height: `${(100 * count) / most}%` }} />
            <small aria-hidden="true">{counts.length <= 16 || segment % 4 === 3 ? segment + 1 : ''}</small>
          </li>
        ))}
      </ol>
    </figure>
  );
}
