import { BoardPanel } from './board/board-panel';
import { ExplanationPanel } from './explanation/explanation-panel';
import { DeviceMenu } from './panels/device-menu';
import { Figures } from './panels/figures';
import { LatentPathsPanel } from './panels/latent-paths';
import { ThemeButton } from './panels/theme-button';
import { PuzzlePicker } from './puzzles/puzzle-picker';
import { TrainingPanel } from './training/training-panel';

/** The page. */
export function App() {
  return (
    <>
      <header>
        <div class="title">
          <h1>See it think</h1>
          <p>A Hierarchical Reasoning Model solves puzzles in your browser. Nothing leaves this page.</p>
        </div>
        <DeviceMenu />
        <ThemeButton />
      </header>
      <main>
        <BoardPanel />
        <div class="column">
          <PuzzlePicker />
          <LatentPathsPanel />
          <Figures />
        </div>
        <ExplanationPanel />
        <TrainingPanel />
      </main>
    </>
  );
}
