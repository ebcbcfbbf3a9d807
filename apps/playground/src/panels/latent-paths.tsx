import type { PathPoint } from '../engine/thought';
import * as session from '../session/session';

const SIDE = 200;
const MARGIN = 16;

/** The ways of both latents, each in the plane in which it moves most. */
export function LatentPathsPanel() {
  const { zL, zH } = session.paths.value;
  const applications = session.thoughts.value.slice(0, session.shownPosition.value);
  const steps = (latent: 'zL' | 'zH') => applications.filter((thought) => thought.latent === latent).length;
  // A model of mazes has one latent.
  const isAlone = zH.length > 1 && zL.length < 2;
  return (
    <section class="card" aria-labelledby="paths-title">
      <h2 id="paths-title">Where the thought goes</h2>
      <div class="paths">
        {!isAlone && <Path name="zL" about="fast, moved by f_L" points={zL} shown={steps('zL')} />}
        <Path
          name="zH"
          about={isAlone ? 'the only latent here' : 'slow, moved by f_H'}
          points={zH}
          shown={steps('zH')}
        />
      </div>
      <p class="note">
        Each latent is thousands of numbers. This is its path from the start, in the two directions in which it varies
        most (PCA). A path that comes to rest has found its answer.
      </p>
    </section>
  );
}

function Path({
  name,
  about,
  points,
  shown,
}: {
  name: 'zL' | 'zH';
  about: string;
  points: readonly PathPoint[];
  shown: number;
}) {
  const placed = placeIn(points);
  const line = (end: number) =>
    placed
      .slice(0, end)
      .map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`)
      .join(' ');
  const at = placed[Math.min(shown, placed.length - 1)];
  return (
    <figure class={`path ${name}`}>
      <svg
        viewBox={`0 0 ${SIDE} ${SIDE}`}
        role="img"
        aria-label={`Path of ${name}: ${Math.max(0, points.length - 1)} steps`}
      >
        <polyline class="whole" points={line(placed.length)} />
        <polyline class="past" points={line(shown + 1)} />
        {placed.map(([x, y], i) => (
          <circle class={i <= shown ? 'stop past' : 'stop'} cx={x} cy={y} r={i === 0 ? 3.5 : 2} key={i} />
        ))}
        {at && <circle class="here" cx={at[0]} cy={at[1]} r={6.5} />}
      </svg>
      <figcaption>
        <b>{name}</b> {about}
      </figcaption>
    </figure>
  );
}

/** Fits points into the square. Both axes have the same scale. */
function placeIn(points: readonly PathPoint[]): PathPoint[] {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, bottom] = [Math.min(...xs), Math.min(...ys)];
  const span = Math.max(Math.max(...xs) - left, Math.max(...ys) - bottom, 1e-9);
  const scale = (SIDE - 2 * MARGIN) / span;
  const [extraX, extraY] = [span - (Math.max(...xs) - left), span - (Math.max(...ys) - bottom)];
  return points.map(([x, y]) => [
    MARGIN + (x - left + extraX / 2) * scale,
    SIDE - MARGIN - (y - bottom + extraY / 2) * scale,
  ]);
}
