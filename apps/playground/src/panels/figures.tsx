import { OwnModel } from './own-model';
import * as session from '../session/session';
import { haltingPosition, seek } from '../timeline/playback';

/** What the model is, and how quick. */
export function Figures() {
  const model = session.model.value;
  const halting = session.haltingSegment.value;
  const times = session.segments.value.map(({ figures }) => figures.milliseconds);
  const milliseconds = times.length > 0 ? times.reduce((sum, time) => sum + time, 0) / times.length : undefined;
  return (
    <section class="card" aria-labelledby="figures-title">
      <h2 id="figures-title">The model</h2>
      <dl class="facts">
        <dt>Parameters</dt>
        <dd>{model ? model.parameters.toLocaleString('en') : '…'}</dd>
        <dt>A segment takes</dt>
        <dd>{milliseconds === undefined ? '…' : `${milliseconds.toFixed(0)} ms`}</dd>
        <dt>It would halt</dt>
        <dd>
          {halting === undefined ? (
            session.segments.value.length === 0 ? (
              '…'
            ) : (
              'not yet'
            )
          ) : (
            <button type="button" class="link" onClick={() => seek(haltingPosition()!)}>
              {`after segment ${halting}`}
            </button>
          )}
        </dd>
      </dl>
      <OwnModel />
    </section>
  );
}
