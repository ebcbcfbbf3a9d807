import type { RunRecord } from '@hrm/ui/run-record';
import type { ComponentChildren } from 'preact';
import { duration, evaluationsOf, meanOf, percent, short, whole } from '../format';

/** The figures that one looks for first. */
export function Tiles({ run }: { run: RunRecord }) {
  const { best, last } = evaluationsOf(run);
  const halted = last?.halted;
  return (
    <ul class="tiles">
      <Tile name="Held out, solved exactly" value={percent(best?.exactAccuracy)} colour="--held-out">
        {best ? `best, at step ${whole(best.step)}, of ${whole(best.count)} puzzles` : 'no evaluation yet'}
      </Tile>
      <Tile name="If it stops by itself" value={percent(halted?.exactAccuracy)} colour="--halt">
        {halted ? `after ${halted.meanSegments.toFixed(1)} segments on average` : 'not recorded'}
      </Tile>
      <Tile name="Steps" value={whole(run.lastStep)}>
        {run.plannedSteps === undefined ? `${short(run.samples)} samples` : `of ${whole(run.plannedSteps)}`}
      </Tile>
      <Tile name="Time" value={duration(run.seconds)}>
        {run.seconds === undefined ? 'not recorded' : 'of training and evaluation'}
      </Tile>
      <Tile name="Samples a second" value={short(meanOf(run.curves.samplesPerSecond))}>
        {`${short(run.samples)} in all`}
      </Tile>
    </ul>
  );
}

function Tile({
  name,
  value,
  colour,
  children,
}: {
  name: string;
  value: string;
  colour?: string;
  children: ComponentChildren;
}) {
  return (
    <li class="tile" style={colour && { '--colour': `var(${colour})` }}>
      <span class="name">{name}</span>
      <strong>{value}</strong>
      <span class="detail">{children}</span>
    </li>
  );
}
