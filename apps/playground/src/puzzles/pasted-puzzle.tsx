import { signal } from '@preact/signals';
import { showPuzzle, solve } from '../session/actions';
import * as session from '../session/session';
import { readPuzzle } from './read-puzzle';

const pasted = signal('');
const pastedProblem = signal<string | undefined>(undefined);
const isPastingOpen = signal(false);

/** A field for a puzzle as text. */
export function PastedPuzzle() {
  return (
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
          A Sudoku of 81, 36 or 16 cells: digits, and dots or zeros for blanks; also in rows. Or a maze in rows of equal
          length: # is a wall, a space is free, with one S and one G.
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
  );
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
