import { computed, signal } from '@preact/signals';
import * as session from '../session/session';
import { ArchitectureDrawing } from './architecture-drawing';
import { parts, type PartName } from './parts';
import { SeedCode } from './seed-code';

/** The part that the reader points at. */
const pointed = signal<PartName | undefined>(undefined);

/** The part that the shown step is in. */
const running = computed<PartName>(() => {
  const position = session.shownPosition.value;
  const thought = session.thoughts.value[position - 1];
  if (!thought) return 'f_I';
  if (session.showsApplications.value) return thought.application === 'fL' ? 'f_L' : 'f_H';
  return thought.segment === session.haltingSegment.value ? 'q-head' : 'f_O';
});

/** The architecture, drawn, and the code that it is. */
export function ExplanationPanel() {
  const name = pointed.value ?? running.value;
  const { title, text } = parts[name];
  return (
    <section class="card explanation" aria-labelledby="explanation-title">
      <h2 id="explanation-title">What happens in a segment</h2>
      <div>
        <div class="architecture-place">
          <ArchitectureDrawing current={name} running={running.value} onPoint={(part) => (pointed.value = part)} />
        </div>
        <div class="part-text" aria-live={pointed.value ? 'polite' : 'off'}>
          <h3>{title}</h3>
          <p>{text}</p>
        </div>
      </div>
      <div>
        <SeedCode current={name} />
        <p class="note">
          From <code>examples/by-hand.ts</code>, the whole algorithm in one file. The shipped models are TRMs: one
          module serves as f_L and f_H, nothing learns a continue value, and there is no extra pass.
        </p>
      </div>
    </section>
  );
}
