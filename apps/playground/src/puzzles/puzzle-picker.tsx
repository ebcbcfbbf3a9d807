import { MazeCell } from '@hrm/data-sudoku-maze';
import { signal } from '@preact/signals';
import { showGenerated, showPuzzle, solve } from '../session/actions';
import * as session from '../session/session';
import { difficulties, type Difficulty } from './difficulty';
import { PastedPuzzle } from './pasted-puzzle';
import { type Puzzle, sudokuOf } from './puzzle';
import { samples } from './samples';

const difficulty = signal<Difficulty>('Medium');
const mazeSide = signal(20);

/** Samples, new puzzles, and puzzles of the reader's own. */
export function PuzzlePicker() {
  return (
    <section class="card puzzles" aria-labelledby="puzzles-title">
      <h2 id="puzzles-title">Pick a puzzle</h2>
      <Samples />
      <NewPuzzles />
      {session.puzzle.value.kind === 'maze' && (
        <p class="note drawing-help">
          Draw with the mouse: press on a free cell for walls, on a wall to remove it, drag S and G. With the keyboard:
          arrows, space, S, G.
        </p>
      )}
      <PastedPuzzle />
    </section>
  );
}

function Samples() {
  const current = keyOf(session.puzzle.value);
  const show = (sample: Puzzle) => {
    showPuzzle(sample);
    void solve();
  };
  return (
    <div class="chips" role="group" aria-label="Samples">
      {samples.map(({ name, about, puzzle: sample }) => (
        <button
          type="button"
          class="chip"
          aria-pressed={keyOf(sample) === current}
          title={about}
          key={name}
          onClick={() => show(sample)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

/** Buttons for a new puzzle and for an empty one, of the kind that is shown. */
function NewPuzzles() {
  const { kind, width } = session.puzzle.value;
  const isMaze = kind === 'maze';
  const side = isMaze ? mazeSide.value : width;
  return (
    <div class="generate">
      <label>
        <span class="visually-hidden">Difficulty</span>
        <select
          value={difficulty.value}
          onChange={(event) => (difficulty.value = event.currentTarget.value as Difficulty)}
        >
          {difficulties.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {isMaze && (
        <label>
          <span class="visually-hidden">Cells on a side</span>
          <input
            class="number"
            type="number"
            min={5}
            max={60}
            value={mazeSide.value}
            onChange={(event) => {
              mazeSide.value = Math.min(60, Math.max(5, Math.round(Number(event.currentTarget.value)) || 20));
              event.currentTarget.value = String(mazeSide.value);
            }}
          />
        </label>
      )}
      <button type="button" class="secondary" onClick={() => void showGenerated(kind, side, difficulty.value)}>
        {`New ${side}×${side}`}
      </button>
      <button
        type="button"
        class="secondary"
        onClick={() => showPuzzle(isMaze ? emptyMaze(side) : sudokuOf(new Uint8Array(side * side)))}
      >
        Empty
      </button>
    </div>
  );
}

const keyOf = ({ kind, width, cells }: Puzzle) => `${kind} ${width} ${cells.join('')}`;

function emptyMaze(side: number): Puzzle {
  const cells = new Uint8Array(side * side).fill(MazeCell.free);
  cells[0] = MazeCell.start;
  cells[cells.length - 1] = MazeCell.goal;
  return { kind: 'maze', width: side, height: side, cells };
}
