import type { ExaminedPuzzle, RunRecord } from '@hrm/ui/run-record';
import { whole } from '../format';
import { Card } from '../parts/card';
import { PuzzleBrowser, type AnswerSeries } from './puzzle-browser';

const bySegment: AnswerSeries = {
  name: 'Segment',
  labelOf: (_: ExaminedPuzzle, segment: number) => `After segment ${segment}`,
};

/** Held-out puzzles, with the model's answer after each segment. */
export function PuzzlesCard({ run }: { run: RunRecord }) {
  const shown = run.examination?.shown ?? [];
  if (shown.length === 0) return null;
  const { puzzles, puzzlesOfRun } = run.examination!;
  const tried =
    puzzles < puzzlesOfRun ? `the first ${whole(puzzles)} of ${whole(puzzlesOfRun)}` : `all ${whole(puzzles)}`;
  return (
    <Card
      title="Puzzles, as the model answers them"
      size="whole"
      note={`Of ${tried} held-out puzzles: those it fails come first, then those that take it longest.`}
    >
      <PuzzleBrowser puzzles={shown} series={bySegment} />
    </Card>
  );
}
