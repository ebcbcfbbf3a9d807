import type { ExaminedPuzzle } from '@hrm/ui/run-record';
import { useEffect, useRef, useState } from 'preact/hooks';
import { percent } from '../format';
import { Board, type BoardProperties } from './board';

/** How the answers to a puzzle follow on each other: segment by segment, or evaluation by evaluation. */
export interface AnswerSeries {
  /** What the slider goes through, such as `Segment`. */
  name: string;
  /** Where an answer was given, such as `After segment 3`. */
  labelOf: (puzzle: ExaminedPuzzle, answer: number) => string;
}

/** Puzzles to choose from, and the answers to the chosen one. */
export function PuzzleBrowser({ puzzles, series }: { puzzles: readonly ExaminedPuzzle[]; series: AnswerSeries }) {
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  const puzzle = puzzles.find(({ index }) => index === chosen) ?? puzzles[0]!;
  return (
    <div class="puzzles">
      <div class="picker" role="group" aria-label="Puzzle">
        {puzzles.map((one) => (
          <button
            type="button"
            key={one.index}
            aria-pressed={one.index === puzzle.index}
            class={isSolved(one) === false ? 'failed' : undefined}
            onClick={() => setChosen(one.index)}
          >
            <span class="thumbnail" aria-hidden="true">
              <Board label="" picture={one.segments.at(-1)!.picture} question={one.question} />
            </span>
            <span>{`${isSolved(one) === undefined ? '' : isSolved(one) ? '✓ ' : '✗ '}${one.index + 1}`}</span>
          </button>
        ))}
      </div>
      <Player key={puzzle.index} puzzle={puzzle} series={series} />
    </div>
  );
}

const isSolved = ({ segments }: ExaminedPuzzle) => segments.at(-1)!.isRight;

/** A board that stays the same. */
function Still({ title, ...board }: BoardProperties & { title: string }) {
  return (
    <figure>
      <Board {...board} />
      <figcaption>{title}</figcaption>
    </figure>
  );
}

/** One puzzle: its question, one of the answers to it, and the right answer. */
function Player({ puzzle, series }: { puzzle: ExaminedPuzzle; series: AnswerSeries }) {
  const { segments, question, answer, haltedAfter } = puzzle;
  const [at, setAt] = useState(segments.length);
  const [isPlaying, setPlaying] = useState(false);
  // Where the last answer is shown, a newer one takes its place.
  const count = useRef(segments.length);
  useEffect(() => {
    if (at === count.current) setAt(segments.length);
    count.current = segments.length;
  }, [segments.length]);
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setInterval(() => setAt((now) => Math.min(segments.length, now + 1)), 600);
    return () => clearInterval(timer);
  }, [isPlaying]);
  useEffect(() => {
    if (at === segments.length) setPlaying(false);
  }, [at]);
  const segment = at === 0 ? undefined : segments[at - 1]!;
  const play = () => {
    if (at === segments.length) setAt(0);
    setPlaying(!isPlaying);
  };
  const verdict = !segment
    ? 'The question'
    : segment.isRight === undefined
      ? 'Nothing tells whether it is right'
      : segment.isRight
        ? '✓ Right'
        : '✗ Wrong';
  // Answers of other styles hold the question.
  const hidesQuestion = !answer || question.style === 'colours' || question.style === 'text';
  const name = `Puzzle ${puzzle.index + 1}`;
  const label = segment ? series.labelOf(puzzle, at) : 'The question';
  return (
    <div class="player">
      <div class="boards">
        <figure>
          <Board
            label={segment ? `${name}, ${label.toLowerCase()}` : `${name}, the question`}
            picture={segment?.picture ?? question}
            question={question}
            answer={segment && segment.isRight !== true ? answer : undefined}
            before={at > 1 ? segments[at - 2]!.picture : undefined}
          />
          <figcaption>{label}</figcaption>
        </figure>
        <div class="aside">
          {hidesQuestion && <Still label={`${name}, the question`} picture={question} title="The question" />}
          {answer && (
            <Still label={`${name}, the right answer`} picture={answer} question={question} title="The right answer" />
          )}
        </div>
      </div>
      <div class="transport">
        <button type="button" class="primary" onClick={play}>
          {isPlaying ? 'Pause' : 'Play'}
        </button>
        <div class="track">
          <input
            type="range"
            min={0}
            max={segments.length}
            value={at}
            aria-label={series.name}
            aria-valuetext={segment ? `${label}: ${verdict}` : verdict}
            onInput={(event) => setAt(Number(event.currentTarget.value))}
          />
          <ol aria-hidden="true">
            {segments.map(({ isRight }, index) => (
              <li
                key={index}
                class={`${isRight === undefined ? '' : isRight ? 'right' : 'wrong'}${index < at ? ' past' : ''}${index + 1 === haltedAfter ? ' halt' : ''}`}
              />
            ))}
          </ol>
        </div>
      </div>
      <p class="verdict" role="status">
        <b class={segment?.isRight === undefined ? '' : segment.isRight ? 'right' : 'wrong'}>{verdict}</b>
        {segment?.predicted !== undefined && (
          <span>{`The model's own estimate that it is: ${percent(segment.predicted)}.`}</span>
        )}
        {haltedAfter !== undefined && <span>{`By itself it stops after segment ${haltedAfter}.`}</span>}
      </p>
    </div>
  );
}
