// A task of your own: words in reverse, with their text, drawing, check and generator. It is trained and then solves a
// word that it has not seen. Exported by default from a module, as { tasks: { reversal } }, `hrm train` knows it too.
import { buildDataset, defineTask, evaluationBatches, generateExamples, trainingBatches } from '@hrm/data';
import { invalid, VALID } from '@hrm/data';
import { attentionBlock } from '@hrm/layers';
import { hrm, Solver } from '@hrm/models';
import { selectBackend } from '@hrm/runtime';
import { adamAtan2, evaluate, Trainer } from '@hrm/trainer';

const LETTERS = 'abcd';
const textOf = (tokens: ArrayLike<number>) => Array.from(tokens, (token) => LETTERS[token - 1] ?? '.').join('');
const reversal = (longest: number) =>
  defineTask({
    name: `words of up to ${longest} of the letters ${LETTERS} in reverse`,
    vocabSize: LETTERS.length + 1, // token 0 is padding; the model learns that it follows a short answer
    seqLen: longest,
    encode: (text) => Array.from(text, (letter) => LETTERS.indexOf(letter) + 1),
    decode: textOf,
    draw: (question, { prediction = [] }) => `${textOf(question)}\n${textOf(prediction)}`,
    verify: (question, answer) => {
      const wrong = Array.from(question)
        .reverse()
        .findIndex((token, i) => token !== answer[i]);
      if (wrong >= 0) return invalid(`letter ${wrong + 1} is not that of the reverse`, [wrong]);
      return answer.length > question.length ? invalid('the answer does not end') : VALID;
    },
    generate: (random) => {
      const input = Array.from({ length: 3 + random.integer(longest - 2) }, () => 1 + random.integer(LETTERS.length));
      return { input, output: input.toReversed() };
    },
  });

console.log((await selectBackend()).why);
const task = reversal(6);
const train = generateExamples(task, { count: 2000 });
const test = buildDataset(generateExamples(task, { count: 100, seed: 1, exclude: train }), task);
const model = hrm({
  ...{ vocabSize: task.vocabSize, seqLen: task.seqLen, hiddenSize: 48, hLayers: 1, lLayers: 1, positions: 'learned' },
  block: attentionBlock({ heads: 4 }),
});
const trainer = new Trainer(model, { optimizer: adamAtan2({ learningRate: 3e-3, weightDecay: 0.01 }) });
const batches = trainingBatches(buildDataset(train, task), { batchSize: 64 });
for await (const { step, metrics } of trainer.train(batches, { maxSteps: 150 })) {
  if (step % 25 === 0) console.log(step, `loss ${metrics.tokenLoss!.toFixed(3)}`);
}
const { accuracy } = await evaluate(model, evaluationBatches(test, { batchSize: 100 }));
const question = test.sets['all']!.inputs.slice(0, task.seqLen);
const { answer } = await new Solver(model).solve(question);
const { valid, reason } = task.verify!(question, answer);
console.log(`\n${task.draw(question, { prediction: answer })}\n\n${valid ? 'Right.' : `Not right: ${reason}.`}`);
console.log(`${(100 * accuracy).toFixed(1)}% of the letters of 100 unseen words are right`);
if (!(accuracy > 0.6)) throw new Error('it should learn most letters');
