// The training loop of "Less is More: Recursive Reasoning with Tiny Networks" (TRM, figure 3), with public functions
// only. One tiny network refines a reasoning z, then an answer y. "official:" marks where the official code differs.
import * as tf from '@tensorflow/tfjs-core';
import { binaryCrossEntropy, puzzleTensors, softmaxCrossEntropy } from '@hrm/act';
import { evaluationBatches } from '@hrm/data';
import { buildSudokuDataset, generateSudokuPuzzles } from '@hrm/data-sudoku-maze';
import { Linear, mixerBlock, namedParameters, RandomStream, TokenEmbedding } from '@hrm/layers';
import { valueAndGradients, withoutGradient } from '@hrm/layers';
import { ReasoningModule } from '@hrm/recursion';
import { selectBackend } from '@hrm/runtime';
import { adamAtan2 } from '@hrm/trainer';

await selectBackend();
const [hiddenSize, seqLen, vocabSize, batchSize, maxSegments] = [32, 16, 6, 32, 4];
const random = new RandomStream(0);
const net = new ReasoningModule({ layers: 2, block: mixerBlock(), context: { hiddenSize, seqLen, random } });
const inputEmbedding = new TokenEmbedding({ vocabSize, hiddenSize, random });
const outputHead = new Linear({ inputSize: hiddenSize, outputSize: vocabSize, kind: 'head', random });
const qHead = new Linear({ inputSize: hiddenSize, outputSize: 1, bias: true, kind: 'head', random }); // official: -5
const weights = Object.fromEntries(namedParameters({ net, inputEmbedding, outputHead, qHead }));
const optimizer = adamAtan2({ learningRate: 1e-3, weightDecay: 0.1 }); // the paper: AdamW
let optimizerState = optimizer.init(weights);

type State = { y: tf.Tensor3D; z: tf.Tensor3D };
function latentRecursion(x: tf.Tensor3D, { y, z }: State, n = 6): State {
  for (let i = 0; i < n; i++) z = net.apply(z, tf.add(x, y)); // improve the reasoning, given question and answer
  return { y: net.apply(y, z), z }; // improve the answer y, given the reasoning
}
function deepRecursion(x: tf.Tensor3D, state: State, T = 3) {
  for (let j = 0; j < T - 1; j++) state = withoutGradient(() => latentRecursion(x, state));
  const next = latentRecursion(x, state); // gradient through the whole last recursion, not one step
  return { next, yHat: outputHead.apply(next.y), qHat: tf.squeeze(qHead.apply(tf.gather(next.y, 0, 1)), [1]) };
}
const puzzles = buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 15 * batchSize, givens: [8, 10] }));
const history: number[] = [];
for (const { inputs, labels } of [...evaluationBatches(puzzles, { batchSize })].map((batch) => puzzleTensors(batch))) {
  let state: State = { y: tf.zeros([batchSize, seqLen, hiddenSize]), z: tf.zeros([batchSize, seqLen, hiddenSize]) };
  for (let segment = 1; segment <= maxSegments; segment++) {
    const { loss, gradients, auxiliary } = valueAndGradients(() => {
      const x = tf.mul(inputEmbedding.apply(inputs), Math.sqrt(hiddenSize)) as tf.Tensor3D;
      const { next, yHat, qHat } = deepRecursion(x, state);
      const right = withoutGradient(() => tf.cast(tf.all(tf.equal(tf.argMax(yHat, -1), labels), 1), 'float32'));
      const tokens = tf.mean(softmaxCrossEntropy(yHat, labels)); // official: stablemax, and half of the next loss
      const halting = tf.mean(binaryCrossEntropy(qHat as tf.Tensor1D, right as tf.Tensor1D)); // no extra forward pass
      return { loss: tf.add(tokens, halting) as tf.Scalar, auxiliary: { ...next, qHat } };
    }, Object.values(weights));
    state = auxiliary; // detached: constants for the next segment
    const named = Object.fromEntries(Object.keys(weights).map((name, i) => [name, gradients[i]!]));
    const step = optimizer.update(named, optimizerState, { parameters: weights, learningRate: tf.scalar(1e-3) });
    for (const [name, update] of Object.entries(step.updates)) weights[name]!.assign(tf.add(weights[name]!, update));
    optimizerState = step.state; // TRM also averages the weights: `emaDecay` of a Trainer
    history.push(loss.dataSync()[0]!);
    if (tf.all(tf.greater(auxiliary.qHat, 0)).dataSync()[0]) break; // early stop; official: per puzzle
  }
}
console.log(`loss: ${history[0]!.toFixed(3)} at first, ${history.at(-1)!.toFixed(3)} after ${history.length} segments`);
if (!(history.at(-1)! < 0.8 * history[0]!)) throw new Error('the loss should fall');
