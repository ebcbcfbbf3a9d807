import { invalid, type TaskDefinition, VALID } from '@hrm/data';
import { drawSequence } from './draw-sequence';

/**
 * Check and drawing of a task whose questions have one right answer.
 *
 * @param answerOf computes it.
 * @param reason what a wrong answer is not, in words.
 */
export function computedAnswer(
  decode: TaskDefinition['decode'],
  answerOf: (question: ArrayLike<number>) => ArrayLike<number>,
  reason: string,
): Required<Pick<TaskDefinition, 'draw' | 'verify' | 'examine'>> {
  const verify: TaskDefinition['verify'] = (question, answer) => {
    const right = answerOf(question);
    const length = Math.max(answer.length, right.length);
    const wrong = Array.from({ length }, (_, k) => k).filter((k) => answer[k] !== right[k]);
    return wrong.length === 0 ? VALID : invalid(reason, wrong);
  };
  return { draw: drawSequence({ decode, verify }), verify, examine: (question) => ({ answer: answerOf(question) }) };
}
