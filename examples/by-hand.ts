// HRM by hand: the loop of the paper, on 4x4 Sudoku, from the packages' public functions alone.
// Where the official code departs from the pseudocode that papers and summaries give, a comment says so.
import * as tf from '@tensorflow/tfjs-core';
import { binaryCrossEntropy, softmaxCrossEntropy } from '@hrm/act';
import { generateSudokuPuzzles, tokensFromCells } from '@hrm/data-sudoku-maze';
import {
  Linear,
  mixerBlock,
  namedParameters,
  RandomStream,
  TokenEmbedding,
  valueAndGradients,
  withoutGradient,
} from '@hrm/layers';
import { ReasoningModule, RecursionCore, type Latents } from '@hrm/recursion';
import { selectBackend } from '@hrm/runtime';
import { adamAtan2 } from '@hrm/trainer';

await selectBackend();
const [hiddenSize, seqLen, vocabSize, batchSize, maxSegments] = [32, 16, 6, 32, 4];
const random = new RandomStream(0);
const context = { hiddenSize, seqLen, rotary: () => undefined, random };
const level = () => new ReasoningModule({ layers: 1, block: mixerBlock(), context });
const core = new RecursionCore(level(), level());
const inputEmbedding = new TokenEmbedding({ vocabSize, hiddenSize, random });
const outputHead = new Linear({ inputSize: hiddenSize, outputSize: vocabSize, random });
const qHead = new Linear({ inputSize: hiddenSize, outputSize: 2, bias: true, random }); // official: weight 0, bias -5 at first
const weights = Object.fromEntries(namedParameters({ core, inputEmbedding, outputHead, qHead }));
const optimizer = adamAtan2({ learningRate: 1e-3, weightDecay: 0.1 });
let optimizerState = optimizer.init(weights);

function hrm(z: Latents, x: tf.Tensor3D) {
  const near = withoutGradient(() => ({ ...core.fL(core.fH(core.fL(core.fL(z, x), x)), x) }));
  const next = core.fH(core.fL(near, x)); // the 1-step gradient: only these two carry it
  const [halt, goOn] = tf.split(qHead.apply(tf.squeeze(tf.slice(next.zH, [0, 0, 0], [-1, 1, -1]), [1])), 2, 1);
  return { z: next, logits: outputHead.apply(next.zH), halt: tf.squeeze(halt!, [1]), continue: tf.squeeze(goOn!, [1]) };
}

const puzzles = generateSudokuPuzzles({ size: 4, count: 25 * batchSize, givens: [8, 10], seed: 0 });
const history: number[] = [];
for (let first = 0; first < puzzles.length; first += batchSize) {
  const batch = puzzles.slice(first, first + batchSize);
  const xInput = tf.tensor2d(
    batch.map(({ question }) => [...tokensFromCells(question)]),
    [batchSize, seqLen],
    'int32',
  );
  const yTrue = tf.tensor2d(
    batch.map(({ answer }) => [...tokensFromCells(answer)]),
    [batchSize, seqLen],
    'int32',
  );
  // Official: the start is two fixed random vectors, and a batch holds puzzles at different segments: whoever halts makes
  // room for a new one, and a share must go on at random (exploration). Here a batch starts and ends together.
  let z: Latents = { zH: tf.zeros([batchSize, seqLen, hiddenSize]), zL: tf.zeros([batchSize, seqLen, hiddenSize]) };
  for (let segment = 1; segment <= maxSegments; segment++) {
    const { loss, gradients, auxiliary } = valueAndGradients(() => {
      const x = tf.mul(inputEmbedding.apply(xInput), Math.sqrt(hiddenSize)) as tf.Tensor3D;
      const { z: refined, logits, halt, continue: goOn } = hrm(z, x);
      const { correct, target } = withoutGradient(() => {
        const next = hrm(refined, x); // the extra forward pass
        // Summaries take raw logits as labels and train the next segment's value; official: a probability, for this one's.
        const best = segment === maxSegments ? next.halt : tf.maximum(next.halt, next.continue);
        return {
          correct: tf.cast(tf.all(tf.equal(tf.argMax(logits, -1), yTrue), 1), 'float32'),
          target: tf.sigmoid(best),
        };
      });
      const tokens = tf.mean(softmaxCrossEntropy(logits, yTrue)); // official: stablemax
      const act = tf.mean(tf.add(binaryCrossEntropy(halt, correct), binaryCrossEntropy(goOn, target)));
      return { loss: tf.add(tokens, tf.mul(0.5, act)) as tf.Scalar, auxiliary: { z: refined, halt, goOn } };
    }, Object.values(weights));
    z = auxiliary.z; // detached: constants for the next segment
    const named = Object.fromEntries(Object.keys(weights).map((name, i) => [name, gradients[i]!]));
    const step = optimizer.update(named, optimizerState, {
      parameters: weights,
      learningRate: tf.scalar(optimizer.learningRate(1)),
    });
    for (const [name, update] of Object.entries(step.updates)) weights[name]!.assign(tf.add(weights[name]!, update));
    optimizerState = step.state;
    history.push(loss.dataSync()[0]!);
    if (tf.all(tf.greater(auxiliary.halt, auxiliary.goOn)).dataSync()[0]) break; // early stop; official: each for itself
  }
}
console.log(`loss: ${history[0]!.toFixed(3)} at first, ${history.at(-1)!.toFixed(3)} after ${history.length} segments`);
if (!(history.at(-1)! < 0.6 * history[0]!)) throw new Error('the loss should have fallen');
