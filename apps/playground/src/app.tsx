import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { BoardPanel } from './board/board-panel';
import { DeviceMenu } from './panels/device-menu';
import { Figures } from './panels/figures';
import { LatentPathsPanel } from './panels/latent-paths';
import { ThemeButton } from './panels/theme-button';
import { PuzzlePicker } from './puzzles/puzzle-picker';
import { TriesPanel } from './tries/tries-panel';

const lowerPanels = signal<ComponentType | undefined>(undefined);

/** Loads what is far down the page, after the board is on the screen. */
export async function showLowerPanels(): Promise<void> {
  const { LowerPanels } = await import('./lower-panels');
  lowerPanels.value = LowerPanels;
}

/** The page. */
export function App() {
  const LowerPanels = lowerPanels.value;
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
        {LowerPanels && <LowerPanels />}
      </main>
    </>
  );
}
