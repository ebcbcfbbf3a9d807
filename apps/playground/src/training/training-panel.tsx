import type { LineChart } from '@hrm/ui/line-chart';
import { useEffect, useRef } from 'preact/hooks';
import { Board } from '../board/board';
import { boardOf } from '../board/shown-board';
import { answerOf, sudokuOf } from '../puzzles/puzzle';
import * as training from './training-state';

/** The steps of a whole training; as in live-training.ts, which only the worker loads. */
const STEPS = 200;

/** A small model that learns while the reader watches. */
export function TrainingPanel() {
  const steps = training.steps.value;
  const last = steps.at(-1);
  const isTraining = training.isTraining.value;
  return (
    <section class="card training" aria-labelledby="training-title">
      <div class="training-text">
        <h2 id="training-title">Train one yourself</h2>
        <p class="note">
          A model of 7,000 parameters, with random weights, learns 4×4 Sudoku from 1,000 generated puzzles. It takes
          about a minute. Every second it tries a puzzle that it has never seen.
        </p>
        <div class="training-buttons">
          {isTraining ? (
            <button type="button" class="secondary" onClick={training.stopTraining}>
              Stop
            </button>
          ) : (
            <button type="button" class="primary" onClick={() => void training.startTraining()}>
              {steps.length > 0 ? 'Train again' : 'Train'}
            </button>
          )}
          {training.trainedFile.value && (
            <>
              <button type="button" class="secondary" onClick={() => void training.useTrained()}>
                Think with it
              </button>
              <button type="button" class="secondary" onClick={training.saveTrained}>
                Save weights
              </button>
            </>
          )}
        </div>
        <dl class="facts">
          <dt>Step</dt>
          <dd>{last ? `${last.step} of ${STEPS}` : training.isPreparing.value ? 'making puzzles…' : '–'}</dd>
          <dt class="loss">Loss</dt>
          <dd class="loss">{last ? last.loss.toFixed(3) : '–'}</dd>
          <dt class="held-out">Held out, solved</dt>
          <dd class="held-out">{training.heldOut.value === undefined ? '–' : percent(training.heldOut.value)}</dd>
          <dt>Time</dt>
          <dd>{last ? `${last.seconds.toFixed(0)} s` : '–'}</dd>
        </dl>
        <p class="problem" role="status">
          {training.problem.value ?? (training.trainedFile.value ? doneSentence() : '')}
        </p>
      </div>
      <Chart />
      <Tried />
    </section>
  );
}

const percent = (share: number) => `${Math.round(100 * share)}%`;
const doneSentence = () => `Trained. It solves ${percent(training.heldOut.value ?? 0)} of 100 held-out puzzles.`;

function Chart() {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<LineChart | undefined>(undefined);
  const steps = training.steps.value;
  const draw = () =>
    chart.current?.show(
      training.steps.value.map(({ step }) => step),
      training.steps.value.map(({ loss }) => loss),
      training.steps.value.map(({ heldOut }) => heldOut ?? null),
    );
  useEffect(() => {
    let isGone = false;
    // Later than the board: the chart is large, and far down the page.
    void import('@hrm/ui/line-chart').then(({ lineChart }) => {
      if (isGone || !element.current) return;
      chart.current = lineChart(element.current, {
        height: 230,
        range: [0, STEPS],
        curves: [
          { name: 'Loss', colour: '--loss', axis: 'value' },
          { name: 'Held out', colour: '--held-out', axis: 'share' },
        ],
      });
      draw();
    });
    return () => {
      isGone = true;
      chart.current?.remove();
    };
  }, []);
  useEffect(draw, [steps]);
  const text = `Loss and share of held-out puzzles solved, over ${steps.length} steps`;
  return <div ref={element} class="chart" role="img" aria-label={text} />;
}

/** The puzzle that it tried last. */
function Tried() {
  const tried = training.tried.value;
  const puzzle = sudokuOf(tried?.question ?? new Uint8Array(16));
  const answer = tried && answerOf(puzzle, tried.confidence);
  const wrong = new Set([...(answer?.keys() ?? [])].filter((cell) => answer![cell] !== tried!.answer[cell]));
  return (
    <figure class="tried" aria-hidden={!tried}>
      <Board
        label="The puzzle that the model in training tried last"
        board={{ ...boardOf(puzzle, wrong), answer, confidence: tried?.confidence }}
      />
      <figcaption class="note">
        {!tried ? 'Its latest try appears here.' : wrong.size === 0 ? '✓ Solved' : `${wrong.size} of 16 cells wrong`}
      </figcaption>
    </figure>
  );
}
