import type { RunRecord, WatchedPuzzle } from '@hrm/ui/run-record';
import { useMemo } from 'preact/hooks';
import { whole } from '../format';
import { Card } from '../parts/card';
import { watched } from '../live/live-state';
import { PuzzleBrowser, type AnswerSeries } from './puzzle-browser';

/** Puzzles that a training fails on, with the model's answers from evaluation to evaluation. */
export function WatchedCard({ run }: { run: RunRecord }) {
  const puzzles = watched.value.get(run.run) ?? [];
  const shown = useMemo(() => puzzles.map(browsed), [puzzles]);
  const series = useMemo<AnswerSeries>(() => {
    const stepOf = new Map(puzzles.map(({ index, answers }) => [index, answers.map(({ step }) => step)]));
    return { name: 'Evaluation', labelOf: ({ index }, answer) => `At step ${whole(stepOf.get(index)?.[answer - 1])}` };
  }, [puzzles]);
  if (shown.length === 0) return null;
  return (
    <Card
      title="Puzzles it fails on"
      size="whole"
      note="Held-out puzzles, solved again at each evaluation: those that failed come again, until they are solved."
    >
      <PuzzleBrowser puzzles={shown} series={series} />
    </Card>
  );
}

const browsed = ({ index, question, answer, answers }: WatchedPuzzle) => ({
  index,
  question,
  answer,
  segments: answers.map(({ picture, isRight }) => ({ picture, isRight, predicted: undefined })),
  haltedAfter: undefined,
});
