import * as session from '../session/session';
import { seek, steppedPosition, togglePlaying } from './playback';

/** Play, pause, step, and how to play. */
export function Transport() {
  const isPlaying = session.isPlaying.value;
  const isEmpty = session.lastPosition.value === 0;
  return (
    <div class="transport" role="group" aria-label="Playback">
      <IconButton label="First" icon="first" disabled={isEmpty} onClick={() => seek(0)} />
      <IconButton label="Step back" icon="back" disabled={isEmpty} onClick={() => seek(steppedPosition(-1))} />
      <IconButton
        label={isPlaying ? 'Pause' : 'Play'}
        icon={isPlaying ? 'pause' : 'play'}
        class="play"
        disabled={isEmpty}
        onClick={togglePlaying}
      />
      <IconButton label="Step" icon="step" disabled={isEmpty} onClick={() => seek(steppedPosition(1))} />
      <IconButton label="Last" icon="last" disabled={isEmpty} onClick={() => seek(session.lastPosition.value)} />
      <span class="spacer" />
      <label class="switch">
        <input
          type="checkbox"
          checked={session.showsApplications.value}
          onChange={(event) => (session.showsApplications.value = event.currentTarget.checked)}
        />
        Inside segments
      </label>
      <label class="speed">
        <span class="visually-hidden">Speed</span>
        <select
          value={String(session.speed.value)}
          onChange={(event) => (session.speed.value = Number(event.currentTarget.value))}
        >
          {[0.5, 1, 2, 4].map((speed) => (
            <option value={String(speed)} key={speed}>{`${speed}×`}</option>
          ))}
        </select>
      </label>
    </div>
  );
}

const icons = {
  first: 'M6 5v14M19 5 9 12l10 7z',
  back: 'M16 5 7 12l9 7z',
  play: 'M7 4.5v15l13-7.5z',
  pause: 'M8 5v14M16 5v14',
  step: 'M8 5l9 7-9 7z',
  last: 'M18 5v14M5 5l10 7-10 7z',
};

function IconButton({
  label,
  icon,
  disabled,
  onClick,
  ...rest
}: {
  label: string;
  icon: keyof typeof icons;
  class?: string;
  disabled: boolean;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      class={`icon ${rest.class ?? ''}`}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={icons[icon]} />
      </svg>
    </button>
  );
}
