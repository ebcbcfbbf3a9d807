import { defineTask, invalid, type Task, VALID } from '@hrm/data';
import { fixedText } from '../fixed-text';
import { withDefaults } from '../small-task-options';
import { drawSequence } from './draw-sequence';

const OPENING = '([{<';
const CLOSING = ')]}>';

/** The places where brackets are not closed by one of their kind; `?` is a closing bracket of any kind. */
function unmatched(brackets: string): number[] {
  const open: number[] = [];
  const wrong: number[] = [];
  Array.from(brackets, (bracket, k) => {
    if (OPENING.includes(bracket)) return open.push(k);
    const opening = OPENING.indexOf(brackets[open.pop() ?? -1] ?? '-');
    return (opening < 0 || (bracket !== '?' && CLOSING[opening] !== bracket)) && wrong.push(k);
  });
  return [...wrong, ...open];
}

/** Closes brackets where there is a `?`. */
function closed(question: string): string {
  const open: string[] = [];
  return Array.from(question, (bracket) => {
    if (bracket !== '?') return open.push(bracket) && bracket;
    return CLOSING[OPENING.indexOf(open.pop()!)];
  }).join('');
}

/**
 * Dyck words: "([??{?" becomes "([]){}". Each `?` stands for a closing bracket, and its kind is that of the bracket it
 * closes. To find that one, a model must follow the brackets between: the depth it needs grows with the nesting.
 * All words of this length are equally likely.
 *
 * There are kinds^pairs (2 pairs)! / (pairs! (pairs + 1)!) different questions.
 *
 * @param options `pairs` of brackets, 1 to 200, default 8; `kinds` of brackets, 2 to 4, default 3.
 * @throws RangeError for other options.
 *
 * @example
 * ```ts
 * import { dyckTask } from '@hrm/data-small-tasks';
 *
 * const dyck = dyckTask({ pairs: 3 });
 * const question = dyck.encode('([??{?');
 * console.log(dyck.decode(dyck.examine(question).answer!)); // ([]){}
 * ```
 */
export function dyckTask(options: { pairs?: number; kinds?: number } = {}): Task {
  const { pairs, kinds } = withDefaults('dyck', options);
  const alphabet = `?${OPENING.slice(0, kinds)}${CLOSING.slice(0, kinds)}`;
  const text = fixedText({ alphabet, length: 2 * pairs, expected: `${2 * pairs} brackets, ? for each that closes` });
  const verify: Task['verify'] = (question, answer) => {
    const shown = text.decode(question);
    const given = text.decode(answer);
    const changed = Array.from(shown, (_, k) => k).filter((k) =>
      shown[k] === '?' ? !CLOSING.includes(given[k] ?? ' ') : given[k] !== shown[k],
    );
    if (changed.length > 0) return invalid('changes the brackets of the question', changed);
    const wrong = unmatched(given);
    return wrong.length === 0 ? VALID : invalid('closes brackets by those of another kind', wrong);
  };
  return defineTask({
    ...text,
    name: `brackets to close, ${pairs} pairs`,
    draw: drawSequence({ ...text, verify }),
    verify,
    examine: (question) => {
      const word = text.decode(question);
      return unmatched(word).length > 0 ? { flaw: 'its brackets do not match' } : { answer: text.encode(closed(word)) };
    },
    generate: (random) => {
      // Of all rotations of `pairs` opening and `pairs + 1` closing brackets, one is a word and a closing bracket.
      const steps = random.shuffle(Array.from({ length: 2 * pairs + 1 }, (_, k) => (k < pairs ? 1 : -1)));
      let [height, least, start] = [0, 0, 0];
      steps.forEach((step, k) => {
        height += step;
        if (height < least) [least, start] = [height, k + 1];
      });
      const word = Array.from({ length: 2 * pairs }, (_, k) => steps[(start + k) % steps.length]);
      const question = word.map((step) => (step === 1 ? OPENING[random.integer(kinds)] : '?')).join('');
      return { input: text.encode(question), output: text.encode(closed(question)) };
    },
  });
}
