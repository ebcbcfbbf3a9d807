import { computed } from '@preact/signals';
import { drawCell, solve, typeDigit } from '../session/actions';
import * as session from '../session/session';
import { Announcer } from '../timeline/announcer';
import { Timeline } from '../timeline/timeline';
import { Transport } from '../timeline/transport';
import { TriesStrip } from '../tries/tries-strip';
import { Board } from './board';
import { MazeBoard } from './maze-board';
import { boardAfter, boardOf } from './shown-board';

const shown = computed(() => {
  const position = session.shownPosition.value;
  const stride = session.showsApplications.value ? 1 : session.applicationsPerSegment.value;
  const thoughts = session.thoughts.value;
  const thought = thoughts[position - 1];
  const puzzle = session.puzzle.value;
  if (!thought) return boardOf(puzzle, session.problem.value?.cells);
  const { filled } = session.segments.value[thought.segment - 1]!;
  return boardAfter(puzzle, thought, { earlier: thoughts[position - stride - 1], filled });
});

/** The board with everything that moves it. */
export function BoardPanel() {
  const board = shown.value;
  const problem = session.problem.value;
  const { kind, width } = board.puzzle;
  const currentCell = session.currentCell.value;
  const onMove = (cell: number) => (session.currentCell.value = cell);
  return (
    <section class="card board-panel" aria-labelledby="board-title">
      <h2 id="board-title" class="visually-hidden">
        The puzzle
      </h2>
      <div class="board-place">
        {kind === 'maze' ? (
          <MazeBoard board={board} currentCell={currentCell} onMove={onMove} onDraw={drawCell} />
        ) : (
          <Board
            board={board}
            label={`Sudoku of ${width} by ${width}`}
            editing={{ currentCell, onMove, onType: typeDigit }}
          />
        )}
      </div>
      <p id="board-help" class="visually-hidden">
        {kind === 'maze'
          ? 'Arrow keys move. Space sets or removes a wall, S sets the start, G the goal.'
          : 'Arrow keys move, digits type, Backspace empties a cell.'}
      </p>
      <div class="verdict-row">
        <p class={`verdict ${tone()}`}>{problem?.message ?? session.failure.value ?? describe()}</p>
        <button type="button" class="primary" disabled={problem !== undefined} onClick={() => void solve()}>
          Think
        </button>
      </div>
      <Announcer text={problem?.message ?? session.failure.value ?? describe()} />
      {kind === 'sudoku' && <Keypad size={width} />}
      <TriesStrip />
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
  const { answer, changed, wrong, verdict, puzzle, filled } = shown.value;
  const isMaze = puzzle.kind === 'maze';
  if (!answer) {
    if (session.isThinking.value) return session.model.value ? 'Thinking…' : 'Loading the model…';
    if (isMaze) return 'Draw walls; drag S and G.';
    return `${puzzle.cells.filter((digit) => digit > 0).length} digits are given.`;
  }
  const segment = session.thoughts.value[session.shownPosition.value - 1]!.segment;
  if (verdict?.valid) return `Solved after segment ${segment}.`;
  const countFilled = () => filled!.filter((digit, cell) => digit !== puzzle.cells[cell]).length;
  const parts = [
    filled && `${countFilled()} filled in`,
    changed.size > 0 && `${changed.size} changed`,
    wrong.size > 0 && (isMaze ? `${wrong.size} off the path` : `${wrong.size} break a rule`),
    isMaze && wrong.size === 0 && 'the path has gaps',
  ];
  const halts = segment === session.haltingSegment.value;
  return [`${halts ? 'Halts after segment' : 'Segment'} ${segment}`, ...parts.filter(Boolean)].join(' · ');
}
