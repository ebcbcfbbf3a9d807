import type { ComponentChildren } from 'preact';
import * as session from '../session/session';
import { solve } from '../session/actions';

/** How the model thinks: how long, in how many tries, and what decides between them. */
export function TriesPanel() {
  const planned = session.plannedSegments.value;
  const trained = session.model.value?.maxSegments;
  const isMaze = session.puzzle.value.kind === 'maze';
  const searches = session.searches.value;
  const tries = session.tries.value;
  return (
    <section class="card how" aria-labelledby="how-title">
      <h2 id="how-title">How it thinks</h2>
      <div class="sliders">
        <Slider
          name="Segments"
          value={planned}
          {...{ least: 1, most: 64, step: 1 }}
          onInput={(value) => (session.segmentsWanted.value = value)}
        >
          {trained !== undefined && planned > trained && !searches && (
            <em>{session.halts.value ? ` halting ends it at ${trained}` : ` beyond the ${trained} of training`}</em>
          )}
        </Slider>
        <Slider
          name={searches ? 'Branches' : 'Tries'}
          value={tries}
          {...{ least: 1, most: 16, step: 1 }}
          onInput={(value) => (session.tries.value = value)}
        />
        {tries > 1 && (
          <>
            <Slider
              name="Noise of the starts"
              value={session.startNoise.value}
              {...{ least: 0, most: 3, step: 0.1 }}
              onInput={(value) => (session.startNoise.value = value)}
            />
            {!searches && (
              <Slider
                name="Noise in each segment"
                value={session.segmentNoise.value}
                {...{ least: 0, most: 1, step: 0.05 }}
                onInput={(value) => (session.segmentNoise.value = value)}
              />
            )}
          </>
        )}
      </div>
      <div class="switches">
        <label class="switch">
          <input
            type="checkbox"
            checked={session.halts.value}
            disabled={searches}
            onChange={(event) => {
              session.halts.value = event.currentTarget.checked;
              void solve();
            }}
          />
          Halting
        </label>
        <label class="switch" title={isMaze ? 'A part of a path is no maze' : ''}>
          <input
            type="checkbox"
            checked={searches}
            disabled={isMaze}
            onChange={(event) => {
              session.isSearchWanted.value = event.currentTarget.checked;
              void solve();
            }}
          />
          Search
        </label>
        {tries > 1 && !searches && (
          <label class="choose">
            <span>Choose by</span>
            <select
              value={session.chooseBy.value}
              onChange={(event) =>
                (session.chooseBy.value = event.currentTarget.value as typeof session.chooseBy.value)
              }
            >
              <option value="verify">the rules</option>
              <option value="halt">halting value</option>
              <option value="agreement">votes</option>
            </select>
          </label>
        )}
      </div>
      <p class="note">{describe(searches, session.halts.value, tries)}</p>
    </section>
  );
}

/** What the choices mean, in a sentence or two. */
function describe(searches: boolean, halts: boolean, tries: number): string {
  if (searches) {
    return 'It fills in what it is sure of, guesses a cell, and takes the guess back where the rules or the model object.';
  }
  const end = halts
    ? 'The pass ends where the controller halts.'
    : 'The pass goes on to its last segment; the timeline marks where the controller would stop.';
  return tries > 1 ? `${end} The first try is plain, the others start with noise.` : end;
}

function Slider({
  name,
  value,
  least,
  most,
  step,
  onInput,
  children,
}: {
  name: string;
  value: number;
  least: number;
  most: number;
  step: number;
  onInput: (value: number) => void;
  children?: ComponentChildren;
}) {
  return (
    <label class="slider">
      <span>
        {name} <b>{step < 1 ? value.toFixed(step < 0.1 ? 2 : 1) : value}</b>
        {children}
      </span>
      <input
        type="range"
        min={least}
        max={most}
        step={step}
        value={value}
        onInput={(event) => onInput(Number(event.currentTarget.value))}
        // Thinks anew when the slider is let go.
        onChange={() => void solve()}
      />
    </label>
  );
}
