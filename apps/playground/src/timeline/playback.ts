import { effect } from '@preact/signals';
import * as session from '../session/session';

/** Milliseconds that each step is shown, at normal speed. */
const DWELL = { segment: 750, application: 420 };

/** The applications after which playing and stepping by segments stops: 0, and the last of each segment. */
const segmentEnds = (): number => session.applicationsPerSegment.value;

/** The position one step on, or back. */
export function steppedPosition(direction: 1 | -1): number {
  const position = session.position.value;
  const last = session.thoughts.value.length;
  const stride = segmentEnds();
  if (session.showsApplications.value || stride === 0) return clamp(position + direction, last);
  const next = direction > 0 ? Math.floor(position / stride + 1) : Math.ceil(position / stride - 1);
  return clamp(next * stride, last);
}

const clamp = (position: number, last: number) => Math.min(Math.max(0, position), last);

/** The position where the controller halts; undefined if it has not. */
export function haltingPosition(): number | undefined {
  const segment = session.haltingSegment.value;
  return segment === undefined ? undefined : segment * session.applicationsPerSegment.value;
}

/** Moves on while playing. Returns a function that ends this. */
export function keepPlaying(): () => void {
  return effect(() => {
    if (!session.isPlaying.value) return undefined;
    const position = session.position.value;
    const next = steppedPosition(1);
    const isAtHalt = session.stopsAtHalt.value && position > 0 && position === haltingPosition();
    const isAtEnd = next === position && !session.isThinking.value;
    if (isAtHalt || isAtEnd) {
      session.isPlaying.value = false;
      return undefined;
    }
    if (next === position) return undefined;
    const dwell = session.showsApplications.value ? DWELL.application : DWELL.segment;
    const timer = setTimeout(() => (session.position.value = next), position === 0 ? 150 : dwell / session.speed.value);
    return () => clearTimeout(timer);
  });
}

/** Plays on, or from the start when it is at its end. */
export function togglePlaying(): void {
  const isAtEnd = steppedPosition(1) === session.position.value && !session.isThinking.value;
  const isAtHalt = session.stopsAtHalt.value && session.position.value === haltingPosition();
  if (!session.isPlaying.value && isAtEnd) session.position.value = 0;
  if (!session.isPlaying.value && isAtHalt && !isAtEnd) session.stopsAtHalt.value = false;
  session.isPlaying.value = !session.isPlaying.value;
}

/** Stops playing and shows a position. */
export function seek(position: number): void {
  session.isPlaying.value = false;
  session.position.value = clamp(position, session.thoughts.value.length);
}
