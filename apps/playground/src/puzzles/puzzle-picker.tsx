import { formatSudoku, parseSudoku, type SudokuSize } from '@hrm/data-sudoku-maze';
import { signal } from '@preact/signals';
import { generatePuzzle, showPuzzle, solve } from '../session/actions';
import * as session from '../session/session';
import { samples } from './samples';

/** Ranges of givens that are quick to generate. */
const difficulties: Record<string, Partial<Record<number, readonly [number, number]>>> = {
  Easy: { 4: [8, 9], 6: [17, 20], 9: [36, 40] },
  Medium: { 4: [6, 7], 6: [12, 15], 9: [28, 32] },
  Hard: { 4: [4, 5], 6: [8, 10], 9: [23, 26] },
};

const difficulty = signal('Medium');
const pasted = signal('');
const pastedProblem = signal<string | undefined>(undefined);

/** Samples, new puzzles, and puzzles of the reader's own. */
export function PuzzlePicker() {
  const size = session.size.value as SudokuSize;
  const current = formatSudoku(session.question.value);
  return (
    <section class="card puzzles" aria-labelledby="puzzles-title">
      <h2 id="puzzles-title">Pick a puzzle</h2>
      <div class="chips" role="group" aria-label="Samples">
        {samples.map(({ name, about, text }) => {
          const isShown = formatSudoku(parseSudoku(text)) === current;
          return (
            <button
              type="button"
              class="chip"
              aria-pressed={isShown}
              title={about}
              key={name}
              onClick={() => {
                showPuzzle(parseSudoku(text));
                void solve();
              }}
            >
              {name}
            </button>
          );
        })}
      </div>
      <div class="generate">
        <label>
          <span class="visually-hidden">Difficulty</span>
          <select value={difficulty.value} onChange={(event) => (difficulty.value = event.currentTarget.value)}>
            {Object.keys(difficulties).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="secondary"
          onClick={() => {
            generatePuzzle(size, difficulties[difficulty.value]![size]!);
            void solve();
          }}
        >
          {`New ${size}×${size}`}
        </button>
        <button type="button" class="secondary" onClick={() => showPuzzle(new Uint8Array(size * size))}>
          Empty
        </button>
      </div>
      <details>
        <summary>Paste your own</summary>
        <form
          class="paste"
          onSubmit={(event) => {
            event.preventDefault();
            readPasted(pasted.value);
          }}
        >
          <label for="pasted">81, 36 or 16 cells: digits, and dots or zeros for blanks; also in rows</label>
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

/** Shows the puzzle of a text, or what is wrong with the text. */
export function readPasted(text: string): void {
  try {
    const question = parseSudoku(text.trim());
    if (question.length > 81) throw new Error('There is no model for 16x16 yet; expected 4x4, 6x6 or 9x9.');
    pastedProblem.value = undefined;
    showPuzzle(question);
    if (!session.problem.value) void solve();
  } catch (error) {
    pastedProblem.value = (error as Error).message;
  }
}
