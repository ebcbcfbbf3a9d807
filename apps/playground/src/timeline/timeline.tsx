import { logScale, polyline } from '@hrm/ui';
import type { ComponentChildren } from 'preact';
import { answerOf } from '../puzzles/puzzle';
import * as session from '../session/session';
import { seek } from './playback';

const WIDTH = 1000;
const HEIGHT = 48;
const percent = (share: number) => `${Math.round(100 * share)}%`;

/** The whole solution at a glance, and a slider over it. */
export function Timeline() {
  const segments = session.segments.value;
  const thoughts = session.thoughts.value;
  const perSegment = session.applicationsPerSegment.value;
  const longest = Math.max(1, ...session.triedSegments.value.map(({ length }) => length));
  // A search seldom needs all its segments.
  const isSearched = session.searches.value && session.choice.value !== undefined;
  const count = isSearched ? longest : Math.max(session.plannedSegments.value, longest);
  const total = Math.max(1, count * perSegment);
  const position = session.shownPosition.value;
  const now = position > 0 ? thoughts[position - 1] : undefined;
  const figures = now && segments[now.segment - 1]?.figures;
  const halt = figures?.halting.halt;
  const halting = session.haltingSegment.value;
  const ofSegment = (segment: number) => segment / count;

  const scale = logScale(thoughts.map(({ residual }) => residual));
  const residualsOf = (latent: 'zL' | 'zH') =>
    thoughts.flatMap((thought, i) => (thought.latent === latent ? [[(i + 1) / total, thought.residual] as const] : []));
  const changes = changesOf(segments.map(({ thoughts }) => thoughts.at(-1)!.confidence));
  const most = Math.max(1, ...changes);
  const hasContinue = segments.some(({ figures }) => 'continue' in figures.halting);

  return (
    <div class="timeline" style={{ '--position': position / total, '--done': thoughts.length / total }}>
      <Lane name="Segment" value={now ? `${now.segment} of ${count}` : 'start'}>
        <div class="segments" aria-hidden="true">
          {Array.from({ length: count }, (_, index) => (
            <span class={segmentClass(index + 1, now?.segment, segments.length, halting)} key={index}>
              {count <= 24 || index % 8 === 7 || index === 0 ? index + 1 : ''}
            </span>
          ))}
        </div>
        <input
          class="scrubber"
          type="range"
          min={0}
          max={total}
          value={session.position.value}
          aria-label="Position in the solution"
          aria-valuetext={describePosition(position)}
          disabled={thoughts.length === 0}
          onInput={(event) => {
            seek(Number(event.currentTarget.value));
            // It stays where nothing has been computed yet.
            event.currentTarget.value = String(session.position.value);
          }}
        />
      </Lane>
      <Lane name="Halt" class="halt" value={halt === undefined ? '' : percent(halt)}>
        <Plot>
          {segments.map(({ figures: { segment, halting: values } }) => (
            <Bar
              at={ofSegment(segment - 1)}
              width={1 / count}
              // A controller without a halting value decides nevertheless.
              share={values.halt ?? (segment === halting ? 1 : 0)}
              class={segment === halting ? 'halt-bar halts' : 'halt-bar'}
              key={segment}
            />
          ))}
          {hasContinue &&
            segments.map(({ figures: { segment, halting: values } }) => (
              <Tick at={ofSegment(segment - 1)} width={1 / count} share={values.continue ?? 0} key={`c${segment}`} />
            ))}
          <line class="threshold" x1="0" x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
        </Plot>
      </Lane>
      <Lane name="Changed" class="changed" value={now ? String(changes[now.segment - 1] ?? '') : ''}>
        <Plot>
          {changes.map((cells, index) => (
            <Bar at={index / count} width={1 / count} share={cells / most} class="changed-bar" key={index} />
          ))}
        </Plot>
      </Lane>
      <Lane
        name="Moved"
        class="moved"
        value={now ? `${now.latent} ${now.residual.toFixed(3)}` : ''}
        valueClass={now?.latent}
      >
        <Plot>
          {(['zL', 'zH'] as const).map((latent) => (
            <polyline
              class={`residual ${latent}`}
              points={polyline(residualsOf(latent), { width: WIDTH, height: HEIGHT, scale })}
              key={latent}
            />
          ))}
        </Plot>
      </Lane>
    </div>
  );
}

function Lane({
  name,
  value,
  children,
  ...rest
}: {
  name: string;
  value: string;
  children: ComponentChildren;
  class?: string;
  valueClass?: string | undefined;
}) {
  return (
    <>
      <span class={`lane-name ${rest.class ?? ''}`}>{name}</span>
      <div class={`lane ${rest.class ?? ''}`}>{children}</div>
      <span class={`lane-value ${rest.class ?? ''} ${rest.valueClass ?? ''}`}>{value}</span>
    </>
  );
}

const Plot = ({ children }: { children: ComponentChildren }) => (
  <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
    {children}
  </svg>
);

function Bar({ at, width, share, ...rest }: { at: number; width: number; share: number; class: string }) {
  const height = Math.max(1.5, share * HEIGHT);
  return (
    <rect
      class={rest.class}
      x={(at + 0.12 * width) * WIDTH}
      width={0.76 * width * WIDTH}
      y={HEIGHT - height}
      height={height}
    />
  );
}

function Tick({ at, width, share }: { at: number; width: number; share: number }) {
  const y = (1 - share) * HEIGHT;
  return <line class="continue-tick" x1={(at + 0.12 * width) * WIDTH} x2={(at + 0.88 * width) * WIDTH} y1={y} y2={y} />;
}

function segmentClass(segment: number, current: number | undefined, done: number, halting: number | undefined): string {
  const classes = [
    segment === current && 'current',
    segment > done && 'to-come',
    halting !== undefined && segment > halting && 'beyond',
    segment === halting && 'halts',
  ];
  return classes.filter(Boolean).join(' ');
}

/** How many cells each segment changed. */
function changesOf(confidences: readonly Float32Array[]): number[] {
  const puzzle = session.puzzle.value;
  const answers = [puzzle.cells, ...confidences.map((confidence) => answerOf(puzzle, confidence))];
  return confidences.map((_, i) => answers[i + 1]!.filter((digit, cell) => digit !== answers[i]![cell]).length);
}

/** The position in words. */
function describePosition(position: number): string {
  if (position === 0) return 'The puzzle';
  const thought = session.thoughts.value[position - 1];
  if (!thought) return 'Not computed yet';
  const application = thought.application === 'fL' ? 'f L, the fast module' : 'f H, the slow module';
  return `Segment ${thought.segment}, ${application}`;
}
