import type { Task, TaskDefinition } from '@hrm/data';

const RED = '\u001b[31m';
const PLAIN = '\u001b[0m';

/**
 * How a sequence is drawn: the question, below it the prediction, and '^' below each of its wrong characters. With
 * colours, wrong characters are red.
 */
export function drawSequence({ decode, verify }: Pick<TaskDefinition, 'decode' | 'verify'>): Task['draw'] {
  return (question, { prediction, color }) => {
    if (!prediction) return decode(question);
    const wrong = new Set(verify?.(question, prediction).wrongCells);
    const characters = Array.from(decode(prediction));
    const marked = characters.map((character, k) => (color && wrong.has(k) ? RED + character + PLAIN : character));
    const lines = [decode(question), marked.join('')];
    if (wrong.size > 0)
      lines.push(
        Array.from(characters, (_, k) => (wrong.has(k) ? '^' : ' '))
          .join('')
          .trimEnd(),
      );
    return lines.join('\n');
  };
}
