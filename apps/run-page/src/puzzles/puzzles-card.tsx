import type { ExaminedPuzzle, RunRecord } from '@hrm/ui/run-record';
import { useEffect, useState } from 'preact/hooks';
import { percent, whole } from '../format';
import { Card } from '../parts/card';
import { Board, type BoardProperties } from './board';

/** Held-out puzzles, with the model's answer after each segment. */
export function PuzzlesCard({ run }: { run: RunRecord }) {
  const shown = run.examination?.shown ?? [];
  const [chosen, setChosen] = useState(0);
  const puzzle = shown[Math.min(chosen, shown.length - 1)];
  if (!puzzle) return null;
  const { puzzles, puzzlesOfRun } = run.examination!;
  const tried =
    puzzles < puzzlesOfRun ? `the first ${whole(puzzles)} of ${whole(puzzlesOfRun)}` : `all ${whole(puzzles)}`;
  return (
    <Card
      title="Puzzles, as the model answers them"
      size="whole"
      note={`Of ${tried} held-out puzzles: those it fails come first, then those that take it longest.`}
    >
      <div class="puzzles">
        <div class="picker" role="group" aria-label="Puzzle">
          {shown.map((one, index) => (
            <button
              type="button"
              key={one.index}
              aria-pressed={index === chosen}
              class={isSolved(one) === false ? 'failed' : undefined}
              onClick={() => setChosen(index)}
            >
              <span class="thumbnail" aria-hidden="true">
                <Board label="" picture={one.segments.at(-1)!.picture} question={one.question} />
              </span>
              <span>{`${isSolved(one) === undefined ? '' : isSolved(one) ? '✓ ' : '✗ '}${one.index + 1}`}</span>
            </button>
          ))}
        </div>
        <Player key={`${run.run} ${puzzle.index}`} puzzle={puzzle} />
      </div>
    </Card>
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

/** One puzzle: its question, the answer after a segment, and the right answer. */
function Player({ puzzle }: { puzzle: ExaminedPuzzle }) {
  const { segments, question, answer, haltedAfter } = puzzle;
  const [at, setAt] = useState(segments.length);
  const [isPlaying, setPlaying] = useState(false);
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
  return (
    <div class="player">
      <div class="boards">
        <figure>
          <Board
            label={segment ? `${name} after segment ${at}` : `${name}, the question`}
            picture={segment?.picture ?? question}
            question={question}
            answer={segment && segment.isRight !== true ? answer : undefined}
            before={at > 1 ? segments[at - 2]!.picture : undefined}
          />
          <figcaption>{segment ? `After segment ${at}` : 'The question'}</figcaption>
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
            aria-label="Segment"
            aria-valuetext={segment ? `After segment ${at}: ${verdict}` : verdict}
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
