import { render } from 'preact';
import { App, showLowerPanels } from './app';
import { readPasted } from './puzzles/pasted-puzzle';
import { keepExamining, solve, useDevice } from './session/actions';
import { prepareIsolation } from './session/isolation';
import { keepPlaying } from './timeline/playback';

render(<App />, document.getElementById('page')!);
keepPlaying();
keepExamining();

// Pasting anywhere but into a field puts the puzzle on the board.
document.addEventListener('paste', (event) => {
  if (event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement) return;
  const text = event.clipboardData?.getData('text');
  if (text) readPasted(text);
});

// The board is drawn first; then the worker starts.
requestAnimationFrame(() =>
  setTimeout(() => {
    void useDevice('auto');
    void solve();
    void showLowerPanels();
    void prepareIsolation();
  }),
);
