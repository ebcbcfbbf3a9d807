import { ExplanationPanel } from './explanation/explanation-panel';
import { TrainingPanel } from './training/training-panel';

/** What is below the board and its panels. */
export function LowerPanels() {
  return (
    <>
      <ExplanationPanel />
      <TrainingPanel />
    </>
  );
}
