import { PaintedBoard } from '../board/painted-board';
import { boardAfter, boardOf } from '../board/shown-board';
import type { Choice, ThoughtSegment } from '../engine/thought';
import { bringToFront } from '../session/actions';
import * as session from '../session/session';

/** All tries as small boards, which play together, and why one was chosen. */
export function TriesStrip() {
  const tried = session.triedSegments.value;
  if (tried.length < 2) return null;
  const choice = session.choice.value;
  const { attempt: front } = session.front.value;
  return (
    <div class="tries">
      <ol aria-label="Tries">
        {tried.map((segments, attempt) => (
          <li key={attempt}>
            <Try
              attempt={attempt}
              segments={segments}
              isFront={attempt === front}
              isChosen={attempt === choice?.attempt}
              isStopped={choice?.attempts[attempt]?.stopped ?? false}
            />
          </li>
        ))}
      </ol>
      <p class="note" role="status">
        {choice ? explain(choice) : 'All tries think side by side.'}
      </p>
    </div>
  );
}

function Try({
  attempt,
  segments,
  isFront,
  isChosen,
  isStopped,
}: {
  attempt: number;
  segments: readonly ThoughtSegment[];
  isFront: boolean;
  isChosen: boolean;
  isStopped: boolean;
}) {
  const puzzle = session.puzzle.value;
  const perSegment = session.applicationsPerSegment.value;
  const index = Math.min(session.position.value, segments.length * perSegment) - 1;
  const segment = segments[Math.floor(index / perSegment)];
  const board = segment
    ? boardAfter(puzzle, segment.thoughts[index % perSegment]!, { filled: segment.filled })
    : boardOf(puzzle);
  const isAtEnd = session.position.value >= segments.length * perSegment && !session.isThinking.value;
  const halt = segment?.figures.halting.halt;
  const isWrong = board.wrong.size > 0 ? `${board.wrong.size} wrong` : '';
  const state = board.verdict?.valid ? 'solved' : isAtEnd && isStopped ? 'stopped' : isWrong;
  const name = attempt === 0 ? 'Plain' : `Try ${attempt + 1}`;
  return (
    <button
      type="button"
      class={`try ${isChosen ? 'chosen' : ''} ${board.verdict?.valid ? 'solved' : ''}`}
      aria-pressed={isFront}
      onClick={() => void bringToFront(attempt)}
    >
      <PaintedBoard board={board} />
      <span class="try-name">
        {isChosen && <span aria-hidden="true">★ </span>}
        {name}
        {isChosen && <span class="visually-hidden">, chosen</span>}
      </span>
      <span class="try-state">{state}</span>
      <span class="visually-hidden">{halt !== undefined && `, halting value ${Math.round(100 * halt)} percent`}</span>
    </button>
  );
}

/** Why a try was chosen, in a sentence. */
function explain({ attempt, chosenBy, attempts, modelCalls }: Choice): string {
  const { verified, votes, halt, guesses, turnedBack } = attempts[attempt]!;
  const name = attempt === 0 ? 'The plain try' : `Try ${attempt + 1}`;
  const reasons = {
    verify: 'the rules accept its answer',
    halt: `its halting value is the highest, ${Math.round(100 * (halt ?? 0))}%`,
    agreement: `${votes} of ${attempts.length} tries give its answer`,
    cells: 'each cell has the value of most tries',
    only: 'it alone went on to the end',
  };
  const search = guesses === undefined ? '' : ` It guessed ${guesses} times and turned back ${turnedBack} times.`;
  const unverified = verified === false ? ' The rules accept none.' : '';
  return `★ ${name} is chosen: ${reasons[chosenBy]}.${unverified}${search} ${modelCalls} segments in all.`;
}
