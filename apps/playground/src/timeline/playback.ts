import { effect } from '@preact/signals';
import * as session from '../session/session';

/** Milliseconds that each step is shown, at normal speed. */
const DWELL = { segment: 750, application: 420 };

/** The position one step on, or back. */
export function steppedPosition(direction: 1 | -1): number {
  const position = session.position.value;
  const stride = session.applicationsPerSegment.value;
  if (session.showsApplications.value || stride === 0) return clamp(position + direction);
  const next = direction > 0 ? Math.floor(position / stride + 1) : Math.ceil(position / stride - 1);
  return clamp(next * stride);
}

const clamp = (position: number) => Math.min(Math.max(0, position), session.lastPosition.value);

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
    if (next === position) {
      if (!session.isThinking.value) session.isPlaying.value = false;
      return undefined;
    }
    const dwell = session.showsApplications.value ? DWELL.application : DWELL.segment;
    const timer = setTimeout(() => (session.position.value = next), position === 0 ? 150 : dwell / session.speed.value);
    return () => clearTimeout(timer);
  });
}

/** Plays on, or from the start when it is at its end. */
export function togglePlaying(): void {
  const isAtEnd = steppedPosition(1) === session.position.value && !session.isThinking.value;
  if (!session.isPlaying.value && isAtEnd) session.position.value = 0;
  session.isPlaying.value = !session.isPlaying.value;
}

/** Stops playing and shows a position. */
export function seek(position: number): void {
  session.isPlaying.value = false;
  session.position.value = clamp(position);
}
