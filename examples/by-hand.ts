// The training loop of the paper, with public functions only. "Official:" marks where the official code differs.
import * as tf from '@tensorflow/tfjs-core';
import { binaryCrossEntropy, puzzleTensors, softmaxCrossEntropy } from '@hrm/act';
import { evaluationBatches } from '@hrm/data';
import { buildSudokuDataset, generateSudokuPuzzles } from '@hrm/data-sudoku-maze';
import { Linear, mixerBlock, namedParameters, RandomStream, TokenEmbedding } from '@hrm/layers';
import { valueAndGradients, withoutGradient } from '@hrm/layers';
import { ReasoningModule, RecursionCore, type Latents } from '@hrm/recursion';
import { selectBackend } from '@hrm/runtime';
import { adamAtan2 } from '@hrm/trainer';

await selectBackend();
const [hiddenSize, seqLen, vocabSize, batchSize, maxSegments] = [32, 16, 6, 32, 4];
const random = new RandomStream(0);
const level = () => new ReasoningModule({ layers: 1, block: mixerBlock(), context: { hiddenSize, seqLen, random } });
const core = new RecursionCore(level(), level());
const embedding = new TokenEmbedding({ vocabSize, hiddenSize, random });
const outputHead = new Linear({ inputSize: hiddenSize, outputSize: vocabSize, random });
const qHead = new Linear({ inputSize: hiddenSize, outputSize: 2, bias: true, random }); // official: weight 0, bias -5
const weights = Object.fromEntries(namedParameters({ core, embedding, outputHead, qHead }));
const optimizer = adamAtan2({ learningRate: 1e-3, weightDecay: 0.1 });
let optimizerState = optimizer.init(weights);

function hrm(z: Latents, x: tf.Tensor3D) {
  const near = withoutGradient(() => ({ ...core.fL(core.fH(core.fL(core.fL(z, x), x)), x) }));
  const next = core.fH(core.fL(near, x)); // the 1-step gradient: only these two calls carry gradient
  const [halt, goOn] = tf.unstack(qHead.apply(tf.gather(next.zH, 0, 1)), 1);
  return { z: next, logits: outputHead.apply(next.zH), halt: halt!, goOn: goOn! };
}
const puzzles = buildSudokuDataset(generateSudokuPuzzles({ size: 4, count: 25 * batchSize, givens: [8, 10] }));
const history: number[] = [];
for (const { inputs, labels } of [...evaluationBatches(puzzles, { batchSize })].map((batch) => puzzleTensors(batch))) {
  // Official: two fixed random vectors to start from, a new puzzle for each halted one, and random exploration.
  let z: Latents = { zH: tf.zeros([batchSize, seqLen, hiddenSize]), zL: tf.zeros([batchSize, seqLen, hiddenSize]) };
  for (let segment = 1; segment <= maxSegments; segment++) {
    const { loss, gradients, auxiliary } = valueAndGradients(() => {
      const x = tf.mul(embedding.apply(inputs), Math.sqrt(hiddenSize)) as tf.Tensor3D;
      const now = hrm(z, x);
      const { correct, target } = withoutGradient(() => {
        const next = hrm(now.z, x); // the extra forward pass
        // Official: the target is a probability. Some summaries use raw logits, or train the next segment's value.
        const target = tf.sigmoid(segment === maxSegments ? next.halt : tf.maximum(next.halt, next.goOn));
        return { correct: tf.cast(tf.all(tf.equal(tf.argMax(now.logits, -1), labels), 1), 'float32'), target };
      });
      const tokens = tf.mean(softmaxCrossEntropy(now.logits, labels)); // official: stablemax
      const act = tf.mean(tf.add(binaryCrossEntropy(now.halt, correct), binaryCrossEntropy(now.goOn, target)));
      return { loss: tf.add(tokens, tf.mul(0.5, act)) as tf.Scalar, auxiliary: now };
    }, Object.values(weights));
    z = auxiliary.z; // detached: constants for the next segment
    const named = Object.fromEntries(Object.keys(weights).map((name, i) => [name, gradients[i]!]));
    const step = optimizer.update(named, optimizerState, { parameters: weights, learningRate: tf.scalar(1e-3) });
    for (const [name, update] of Object.entries(step.updates)) weights[name]!.assign(tf.add(weights[name]!, update));
    optimizerState = step.state;
    history.push(loss.dataSync()[0]!);
    if (tf.all(tf.greater(auxiliary.halt, auxiliary.goOn)).dataSync()[0]) break; // early stop; official: per puzzle
  }
}
console.log(`loss: ${history[0]!.toFixed(3)} at first, ${history.at(-1)!.toFixed(3)} after ${history.length} segments`);
if (!(history.at(-1)! < 0.6 * history[0]!)) throw new Error('the loss should fall');
