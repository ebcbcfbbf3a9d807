/**
 * Exports for our other packages only. They may change in any release; programs use the main entry.
 *
 * @packageDocumentation
 */
// Checks of arguments.
export { expectController } from './controllers/expect-controller';
export { haltingDraws } from './controllers/halting-controller';
export { expectPuzzleIdentifiers, expectPuzzles, expectTokens } from './segment/expect-puzzles';

// Figures for recorded steps, which read no tensor values.
export { answerFigures, countAnswers, type AnswerFigures, type CountedAnswers } from './metrics/answer-figures';
export { countHaltingSteps } from './metrics/halting-histogram';

// What pages and votes show of a halting logit.
export { haltingProbability } from './metrics/halting-probability';

// Which of several tries gives the answer.
export { chooseAnswer } from './thinking/choose-answer';

// The target of Q-learning, for comparison with the official code.
export { continueTarget } from './controllers/q-learning-halting';
