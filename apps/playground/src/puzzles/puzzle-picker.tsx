import { MazeCell } from '@hrm/data-sudoku-maze';
import { signal } from '@preact/signals';
import { showGenerated, showPuzzle, solve } from '../session/actions';
import * as session from '../session/session';
import { difficulties, type Difficulty } from './difficulty';
import { type Puzzle, sudokuOf } from './puzzle';
import { readPuzzle } from './read-puzzle';
import { samples } from './samples';

const difficulty = signal<Difficulty>('Medium');
const mazeSide = signal(20);
const pasted = signal('');
const pastedProblem = signal<string | undefined>(undefined);
const isPastingOpen = signal(false);

/** Samples, new puzzles, and puzzles of the reader's own. */
export function PuzzlePicker() {
  const puzzle = session.puzzle.value;
  const current = keyOf(puzzle);
  const isMaze = puzzle.kind === 'maze';
  const side = isMaze ? mazeSide.value : puzzle.width;
  const show = (next: Puzzle) => {
    showPuzzle(next);
    void solve();
  };
  return (
    <section class="card puzzles" aria-labelledby="puzzles-title">
      <h2 id="puzzles-title">Pick a puzzle</h2>
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
        <button type="button" class="secondary" onClick={() => void showGenerated(puzzle.kind, side, difficulty.value)}>
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
      {isMaze && (
        <p class="note drawing-help">
          Draw with the mouse: press on a free cell for walls, on a wall to remove it, drag S and G. With the keyboard:
          arrows, space, S, G.
        </p>
      )}
      <details
        open={isPastingOpen.value}
        onToggle={(event) => {
          isPastingOpen.value = event.currentTarget.open;
        }}
      >
        <summary>Paste your own</summary>
        <form
          class="paste"
          onSubmit={(event) => {
            event.preventDefault();
            readPasted(pasted.value);
          }}
        >
          <label for="pasted">
            A Sudoku of 81, 36 or 16 cells: digits, and dots or zeros for blanks; also in rows. Or a maze in rows of
            equal length: # is a wall, a space is free, with one S and one G.
          </label>
          <textarea
            id="pasted"
            rows={4}
            spellcheck={false}
            value={pasted.value}
            aria-invalid={pastedProblem.value !== undefined}
            aria-describedby="pasted-problem"
            onInput={(event) => {
              pasted.value = event.currentTarget.value;
              pastedProblem.value = undefined;
            }}
          />
          <p id="pasted-problem" class="problem" role="alert">
            {pastedProblem.value}
          </p>
          <button type="submit" class="secondary">
            Use it
          </button>
        </form>
      </details>
    </section>
  );
}

const keyOf = ({ kind, width, cells }: Puzzle) => `${kind} ${width} ${cells.join('')}`;

function emptyMaze(side: number): Puzzle {
  const cells = new Uint8Array(side * side).fill(MazeCell.free);
  cells[0] = MazeCell.start;
  cells[cells.length - 1] = MazeCell.goal;
  return { kind: 'maze', width: side, height: side, cells };
}

/** Shows the puzzle of a text, or what is wrong with the text. */
export function readPasted(text: string): void {
  try {
    const puzzle = readPuzzle(text);
    pastedProblem.value = undefined;
    showPuzzle(puzzle);
    if (!session.problem.value) void solve();
  } catch (error) {
    pastedProblem.value = (error as Error).message;
    isPastingOpen.value = true;
  }
}
