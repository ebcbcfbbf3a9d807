import { BoardPanel } from './board/board-panel';
import { ExplanationPanel } from './explanation/explanation-panel';
import { DeviceMenu } from './panels/device-menu';
import { Figures } from './panels/figures';
import { LatentPathsPanel } from './panels/latent-paths';
import { ThemeButton } from './panels/theme-button';
import { PuzzlePicker } from './puzzles/puzzle-picker';
import { TriesPanel } from './tries/tries-panel';
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
        <div class="side">
          <div class="column">
            <PuzzlePicker />
            <TriesPanel />
          </div>
          <div class="column">
            <LatentPathsPanel />
            <Figures />
          </div>
        </div>
        <ExplanationPanel />
        <TrainingPanel />
      </main>
    </>
  );
}
