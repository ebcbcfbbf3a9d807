import { computed } from '@preact/signals';
import { solve, typeDigit } from '../session/actions';
import * as session from '../session/session';
import { Timeline } from '../timeline/timeline';
import { Transport } from '../timeline/transport';
import { Board } from './board';
import { boardAfter } from './shown-board';

const nothing: ReadonlySet<number> = new Set();

const shown = computed(() => {
  const position = session.position.value;
  const stride = session.showsApplications.value ? 1 : session.applicationsPerSegment.value;
  const thought = position > 0 ? session.thoughts.value[position - 1] : undefined;
  const earlier = position > stride ? session.thoughts.value[position - stride - 1] : undefined;
  return boardAfter(session.question.value, thought, earlier, session.problem.value?.cells ?? nothing);
});

/** The board with everything that moves it. */
export function BoardPanel() {
  const board = shown.value;
  const problem = session.problem.value;
  const { size } = board;
  return (
    <section class="card board-panel" aria-labelledby="board-title">
      <h2 id="board-title" class="visually-hidden">
        The puzzle
      </h2>
      <div class="board-place">
        <Board
          board={board}
          label={`Sudoku of ${size} by ${size}`}
          editing={{
            currentCell: session.currentCell.value,
            onMove: (cell) => (session.currentCell.value = cell),
            onType: typeDigit,
          }}
        />
      </div>
      <p id="board-help" class="visually-hidden">
        Arrow keys move, digits type, Backspace empties a cell.
      </p>
      <div class="verdict-row">
        <p class={`verdict ${tone()}`} role="status">
          {problem?.message ?? session.failure.value ?? describe()}
        </p>
        <button type="button" class="primary" disabled={problem !== undefined} onClick={() => void solve()}>
          Think
        </button>
      </div>
      <Keypad size={size} />
      <Transport />
      <Timeline />
    </section>
  );
}

/** Digits to type where there is no keyboard. */
function Keypad({ size }: { size: number }) {
  const cell = session.currentCell.value;
  return (
    <div
      class="keypad"
      role="group"
      aria-label={`Digit for row ${Math.floor(cell / size) + 1}, column ${(cell % size) + 1}`}
    >
      {Array.from({ length: size }, (_, i) => (
        <button type="button" key={i} onClick={() => typeDigit(cell, i + 1)}>
          {i + 1}
        </button>
      ))}
      <button type="button" aria-label="Empty the cell" onClick={() => typeDigit(cell, 0)}>
        ⌫
      </button>
    </div>
  );
}

function tone(): string {
  if (session.problem.value || session.failure.value) return 'bad';
  return shown.value.verdict?.valid ? 'good' : '';
}

/** What the board shows, in a sentence. */
function describe(): string {
  const { answer, changed, wrong, verdict, question } = shown.value;
  const givens = question.filter((digit) => digit > 0).length;
  if (!answer) {
    if (session.isThinking.value) return session.model.value ? 'Thinking…' : 'Loading the model…';
    return `${givens} digits are given.`;
  }
  const segment = session.thoughts.value[session.position.value - 1]!.segment;
  if (verdict?.valid) return `Solved after segment ${segment}.`;
  const parts = [changed.size > 0 && `${changed.size} changed`, wrong.size > 0 && `${wrong.size} break a rule`];
  const halts = segment === session.haltingSegment.value;
  return [`${halts ? 'Halts after segment' : 'Segment'} ${segment}`, ...parts.filter(Boolean)].join(' · ');
}
