import * as tf from '@tensorflow/tfjs-core';
import * as act from '@hrm/act';
import * as actInternal from '@hrm/act/internal';
import * as layers from '@hrm/layers';
import * as layersInternal from '@hrm/layers/internal';
import * as models from '@hrm/models';
import * as modelsInternal from '@hrm/models/internal';
import * as library from '@hrm/trainer';
import * as libraryInternal from '@hrm/trainer/internal';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backends';
import { Faults, type FaultKind } from './faults';
import { reversalBatches, smallHrm, smallTrainer } from './reversal';

beforeAll(() => useBackend('cpu'));

const { disposeAll, namedParameters, RandomStream } = layers;

/** What a call is made with. It is there before tensors are counted. */
function fixture() {
  const network = smallHrm(0, { maxSegments: 2 });
  const trainer = smallTrainer(network);
  const carry = act.initialCarry(network, 4);
  const offered = act.puzzleTensors(batches[0]!);
  const x = tf.ones<tf.Rank.R3>([2, 4, 8]);
  const rates = { parameters: tf.scalar(0.1), puzzles: tf.scalar(0.1) };
  const optimizer = library.adamAtan2({ learningRate: 0.1 });
  const trained = library.trainedParameters(network);
  const optimizerState = tf.tidy(() => optimizer.init(trained));
  const parts = { network, tokenLoss, optimizer, puzzleOptimizer: library.signSgd({ learningRate: 0.1 }) };
  const input = { carry, offered, draws: [{}], optimizerState, ema: {}, rates };
  return { network, trainer, carry, offered, x, parts, trained, input, optimizer };
}

type Fixture = ReturnType<typeof fixture>;

const tokenLoss = act.softmaxCrossEntropy;
const batches = reversalBatches(2);
const random = () => new RandomStream(0);
const context = { hiddenSize: 8, seqLen: 4, random: random() };
const sizes = { vocabSize: 4, seqLen: 4, hiddenSize: 8, hLayers: 1, lLayers: 1, block: layers.mixerBlock() };
const grid = { rows: 2, columns: 2 };

const config: models.ModelConfig = {
  family: 'hrm',
  ...{ vocabSize: 4, seqLen: 4, hiddenSize: 8, hLayers: 1, lLayers: 1 },
  block: { type: 'mixer' },
  schedule: { type: 'one-step-gradient', hCycles: 1, lCycles: 1 },
  halting: { type: 'halt-only' },
};

/** A call, and the functions of the packages that it is made of. What it returns is freed by the test. */
interface Call {
  covers: readonly string[];
  call: (at: Fixture & { faults: Faults }) => unknown;
}

/** Applies a layer, and takes gradients through it. */
const applied = (
  covers: string[],
  make: () => layers.Layer & { apply(x: tf.Tensor3D): tf.Tensor },
): Call['call'] & { covers: string[] } =>
  Object.assign(
    ({ x }: Fixture) => {
      const freeNewVariables = layersInternal.noteVariables();
      let layer: ReturnType<typeof make> | undefined;
      try {
        const own = (layer = make());
        return layers.valueAndGradients(
          () => ({ loss: tf.sum<tf.Scalar>(own.apply(x)), auxiliary: {} }),
          [x, ...namedParameters(own).values()],
        );
      } finally {
        if (layer) layers.disposeParameters(layer);
        freeNewVariables();
      }
    },
    { covers },
  );

const ofLayers = [
  applied(['Attention'], () => new layers.Attention({ hiddenSize: 8, heads: 2, random: random() })),
  applied(
    ['attentionBlock', 'dotProductAttention', 'makeResidual', 'rmsNorm', 'matMul', 'customGradient', 'inPrecision'],
    () => layers.attentionBlock({ heads: 2 })(context),
  ),
  applied(['mixerBlock', 'SwiGLU'], () => layers.mixerBlock()(context)),
  applied(['LearnedRmsNorm'], () => layers.mixerBlock({ norm: 'pre', learnedGain: true })(context)),
  applied(['GeluMlp', 'gelu'], () => new layers.GeluMlp({ hiddenSize: 8, expansion: 2, random: random() })),
  applied(['Linear', 'truncatedNormal'], () => new layers.Linear({ inputSize: 8, outputSize: 2, random: random() })),
  applied(['cellularBlock'], () => layers.cellularBlock({ grid })(context)),
  applied(['convBlock', 'GridConvolution'], () => layers.convBlock({ grid })(context)),
  applied(['graphAttentionBlock', 'gridRelation'], () =>
    layers.graphAttentionBlock({ relations: [layers.gridRelation('row', grid), layers.gridRelation('column', grid)] })(
      context,
    ),
  ),
  applied(['poolingBlock', 'AxisPooling'], () => layers.poolingBlock({ axes: [2, 2], pools: [[1]] })(context)),
  applied(['PositionEmbedding'], () => new layers.PositionEmbedding({ seqLen: 4, hiddenSize: 8, random: random() })),
];

const calls: { [name: string]: Call } = {
  ...Object.fromEntries(ofLayers.map((call) => [`a layer: ${call.covers.join(', ')}`, { covers: call.covers, call }])),
  embeddings: {
    covers: ['TokenEmbedding', 'PuzzleEmbedding', 'disposeParameters', 'noteVariables'],
    call: ({ network, offered }) => network.embed(offered, undefined),
  },
  rotations: {
    covers: ['RotaryEmbedding', 'GridRotaryEmbedding'],
    call: () => {
      const options = { headSize: 4, seqLen: 4 };
      const tables = [
        new layers.RotaryEmbedding(options),
        new layers.GridRotaryEmbedding({ ...options, ...grid } as never),
      ];
      for (const table of tables) table.dispose();
    },
  },
  'gradients and their absence': {
    covers: ['valueAndGradients', 'withoutGradient', 'stopGradient', 'registerGradients', 'mapTensors', 'disposeAll'],
    call: ({ x }) =>
      layers.valueAndGradients(() => {
        const copies = layers.withoutGradient(() => ({ twice: [x, tf.square(x)], once: layers.stopGradient(x) }));
        return { loss: tf.sum<tf.Scalar>(tf.mul(x, copies.once)), auxiliary: copies };
      }, [x]),
  },
  'a segment, and its losses': {
    covers: [
      ...[
        'admitPuzzles',
        'initialCarry',
        'puzzleTensors',
        'runSegment',
        'superviseSegment',
        'answerFigures',
        'countAnswers',
      ],
      ...['countHaltingSteps', 'binaryCrossEntropy', 'softmaxCrossEntropy', 'stablemaxCrossEntropy'],
    ],
    call: ({ network }) =>
      tf.tidy(() => {
        const carry = act.admitPuzzles(network, act.initialCarry(network, 4), act.puzzleTensors(batches[0]!));
        const segment = act.runSegment(network, carry, { training: true });
        const { total } = act.superviseSegment(network, segment, act.stablemaxCrossEntropy);
        return tf.add(total, act.superviseSegment(network, segment, act.softmaxCrossEntropy).total);
      }),
  },
  'making a model': {
    covers: ['RecursiveReasoner', 'hrm', 'trm', 'buildModel'],
    call: ({ faults }) => {
      const halting = (given: act.HaltingContext) => {
        faults.ownFunction();
        return act.all(act.qLearningHalting(), act.haltOnly())(given);
      };
      models.hrm({ ...sizes, halting, puzzleEmbedding: { puzzles: 2, size: 8 } }).dispose();
      models.hrm({ ...sizes, block: layers.attentionBlock({ heads: 2 }), positions: 'rope', halting }).dispose();
      const block = layers.graphAttentionBlock({ relations: ['row', 'column'], grid });
      models.hrm({ ...sizes, block, halting }).dispose();
      models.trm({ vocabSize: 4, seqLen: 4, hiddenSize: 8, layers: 2, positions: 'learned', halting }).dispose();
      models.buildModel(config).dispose();
      const pooling = layers.poolingBlock({ axes: [2, 2, 3], pools: [[2], [1]] });
      const candidates = { first: 1, count: 3 };
      const small = { vocabSize: 4, seqLen: 4, hiddenSize: 8, layers: 1 };
      models.trm({ ...small, block: pooling, positions: 'none', candidates, halting }).dispose();
    },
  },
  'a segment whose refinements are observed': {
    covers: ['observeRefinements'],
    call: ({ network, carry, offered, faults }) =>
      tf.tidy(() => {
        const observed = models.observeRefinements(network, faults.ownFunction);
        return act.runSegment(observed, act.admitPuzzles(observed, carry, offered)).logits;
      }),
  },
  solving: {
    covers: ['Solver'],
    call: async ({ network, faults }) => {
      const until: act.Until = ({ halted }) => {
        faults.ownFunction();
        return halted;
      };
      const options = { until, batchSize: 2, bucketSizes: [1], onSegment: faults.ownFunction };
      const puzzles = async function* () {
        for (const puzzle of [
          [0, 1, 2, 3],
          [3, 2, 1, 0],
          [1, 1, 1, 1],
        ]) {
          faults.ownFunction();
          yield puzzle;
        }
      };
      for await (const _ of new act.Solver(network).solveAll(puzzles(), options)) faults.ownFunction();
    },
  },
  'a stream that its reader leaves early': {
    covers: [],
    call: async ({ network, faults }) => {
      for await (const { segment } of new act.Solver(network).stream([0, 1, 2, 3])) {
        faults.ownFunction();
        if (segment === 1) return;
      }
    },
  },
  'several tries, and a search': {
    covers: ['thinker', 'searchBranch'],
    call: async ({ network, faults }) => {
      const verify = () => {
        faults.ownFunction();
        return { valid: false, wrongCells: [] };
      };
      const thinking = act.thinker(network);
      const puzzles = [[0, 1, 2, 3], [3, 2, 1, 0]]; // prettier-ignore
      const shared = { batchSize: 2, bucketSizes: [1], onSegment: faults.ownFunction };
      const tries = { ...shared, task: { verify }, tries: 2, segmentNoise: 0.1 };
      for await (const _ of thinking.tries(puzzles, tries)) faults.ownFunction();
      const search = { ...shared, task: { verify, openToken: 1 }, branches: 2, segments: 4, segmentsPerStep: 2 };
      for await (const _ of thinking.search(puzzles, search)) faults.ownFunction();
      thinking.dispose();
    },
  },
  'values of parameters, out and in': {
    covers: ['parameterValues', 'setParameterValues', 'toHostTensor', 'fromHostTensor'],
    call: async ({ network }) => models.setParameterValues(network, await models.parameterValues(network)),
  },
  'a model as a file, and back': {
    covers: ['saveModel', 'loadModel', 'parameterShapes'],
    call: async () => {
      const model = models.buildModel(config);
      try {
        models.loadModel(await models.saveModel(model)).dispose();
        models.parameterShapes(config);
      } finally {
        model.dispose();
      }
    },
  },
  evaluate: {
    covers: ['evaluate', 'evaluationStep', 'readScalars'],
    call: ({ network, faults }) =>
      library.evaluate(network, given(faults), {
        tokenLoss,
        microBatch: 1,
        lanes: 3,
        onBatch: faults.ownFunction,
        onSegment: async () => {
          await Promise.resolve();
          faults.ownFunction();
        },
      }),
  },
  'evaluate until halted': {
    covers: [],
    call: ({ network, faults }) =>
      library.evaluate(network, given(faults), { until: 'halted', onBatch: faults.ownFunction, bucketSizes: [2] }),
  },
  'a Trainer, from its start': {
    covers: ['Trainer', 'adamAtan2', 'adamW', 'chain', 'scaleByAdam', 'scaleByAtan2', 'atan2RightHalfPlane'],
    call: async ({ network, faults }) => {
      const compile: layers.Compile = (f) => {
        faults.ownFunction();
        return (...input) => {
          faults.ownFunction();
          return f(...input);
        };
      };
      const trainer = smallTrainer(network, { compile, microBatch: 2, lanes: 2 });
      try {
        for await (const { step } of trainer.train(given(faults))) if (step === 2) break;
      } finally {
        trainer.dispose();
      }
    },
  },
  'a Trainer with Muon': {
    covers: [
      ...['muon', 'scaleByMuon', 'orthogonalize', 'partition', 'clipByGlobalNorm'],
      ...['isHiddenMatrix', 'isWeightMatrix'],
    ],
    call: async ({ network, faults }) => {
      const asked =
        (picks: library.ParameterPredicate): library.ParameterPredicate =>
        (...parameter) => {
          faults.ownFunction();
          return picks(...parameter);
        };
      const optimizer = library.muon({
        learningRate: 0.1,
        weightDecay: 0.1,
        clipNorm: 1,
        newtonSchulzSteps: 2,
        matrices: asked(library.isHiddenMatrix),
        decays: asked(library.isWeightMatrix),
      });
      const trainer = smallTrainer(network, { optimizer, tokenLoss: act.stablemaxCrossEntropy.smoothed(0.1) });
      try {
        await trainer.trainBatch(batches[0]!);
      } finally {
        trainer.dispose();
      }
    },
  },
  'a Trainer, going on': {
    covers: ['carryToHost', 'carryFromHost', 'signSgd', 'addDecayedWeights', 'scaleByLearningRate', 'stateless'],
    call: async ({ trainer, faults }) => {
      const state = await trainer.state();
      try {
        await trainer.trainBatch(batches[0]!);
        await trainer.evaluate(given(faults), { onBatch: faults.ownFunction });
        await trainer.withAveragedWeights(async () => faults.ownFunction());
        await trainer.trainBatch(batches[1]!);
      } finally {
        // Its carry is what it may rightly keep: it goes back to having none.
        await restored(trainer, state);
      }
    },
  },
  'restoring a Trainer': {
    covers: [],
    call: async ({ network }) => {
      const trainer = smallTrainer(network);
      try {
        await trainer.trainBatch(batches[0]!);
        trainer.restore(await trainer.state());
      } finally {
        trainer.dispose();
      }
    },
  },
  'the parts of a training step': {
    covers: [
      'trainingStep',
      'microBatchedStep',
      'updateGradients',
      'applyGradients',
      'finishStep',
      'trainedParameters',
    ],
    call: ({ parts, input }) => {
      const { network } = parts;
      return tf.tidy(() => [
        library.trainingStep(parts, { lanes: 2 })(input),
        library.microBatchedStep(parts, { microBatch: 1, lanes: 2 })(input),
        library.applyGradients(parts, library.updateGradients(network, tokenLoss, input), input),
      ]);
    },
  },
};

/** The batches, one by one, each asked for. */
async function* given(faults: Faults) {
  for (const batch of batches) {
    await Promise.resolve();
    faults.ownFunction();
    yield batch;
  }
}

/** Restores until it succeeds: the operation that was to fail fails once. */
async function restored(trainer: library.Trainer, state: library.TrainerState): Promise<void> {
  try {
    trainer.restore(state);
  } catch {
    trainer.restore(state);
  }
}

function freeResult(result: unknown): void {
  disposeAll(result);
}

/** All of a few places, and of many some that are spread evenly. */
const spread = (count: number, most: number) =>
  Array.from({ length: Math.min(count, most) }, (_, i) => Math.floor((i * count) / Math.min(count, most)));

const most: { [K in FaultKind]: number } = { operation: 12, read: 30, 'own function': 30 };

describe('a call that fails leaves no tensor behind', () => {
  it.each(Object.entries(calls))('%s', async (_, { call }) => {
    const faults = new Faults();
    const at = { ...fixture(), faults };
    // What is registered or kept once for all is not counted.
    freeResult(await call(at));
    const before = tf.memory().numTensors;
    freeResult(await faults.run(() => call(at)));
    expect(tf.memory().numTensors, 'left by a call that succeeds').toBe(before);
    const counts = { ...faults.counts };
    const leaks: string[] = [];
    for (const kind of ['own function', 'read', 'operation'] as const) {
      for (const index of spread(counts[kind], most[kind])) {
        const failed = await faults.run(() => call(at), { kind, index }).then(freeResult, (error: Error) => error);
        if (!failed) leaks.push(`${kind} ${index}: the call succeeded`);
        const left = tf.memory().numTensors - before;
        if (left !== 0) leaks.push(`${kind} ${index} of ${counts[kind]}: ${left} tensors`);
        if (left !== 0) break;
      }
    }
    expect(leaks).toEqual([]);
    freeResult(await call(at));
    expect(tf.memory().numTensors, 'left by the call when all is well again').toBe(before);
    for (const tensors of [at.carry, at.offered, at.x, at.input]) freeResult(tensors);
    at.trainer.dispose();
    at.network.dispose();
  });
});

it('everything that makes tensors is among these calls', () => {
  const covered = new Set(Object.values(calls).flatMap(({ covers }) => covers));
  // What makes no tensor, or makes them by way of the above: choices of parts, checks, plain numbers and texts.
  const others = [
    ...[
      'uncompiled',
      'hasBfloat16',
      'PRECISIONS',
      'callTogether',
      'countParameters',
      'describeValue',
      'expectFactory',
      'expectOptions',
      'expectChoice',
      'expectLayer',
      'expectPart',
      'expectReturned',
      'haltingDraws',
    ],
    ...[
      'expectIterable',
      'throwIfAborted',
      'expectRandom',
      'expectShape',
      'expectSizes',
      'expectDecay',
      'expectNotNegative',
      'expectPositiveShare',
      'expectShare',
      'expectWidth',
      'namedParameters',
      'parameterKinds',
      'RandomStream',
    ],
    ...['ShapeError', 'swigluInnerSize', 'all', 'any', 'atLeast', 'expectController', 'continueTarget'],
    ...[
      'expectPuzzleIdentifiers',
      'expectPuzzles',
      'expectTokens',
      'haltingHistogram',
      'chooseAnswer',
      'scoreAnswers',
      'withParts',
    ],
    ...['modelConfigFromOfficial', 'nameFromOfficial', 'nameToOfficial', 'weightsFromOfficial'],
    ...['weightsToOfficial', 'shapesToOfficial', 'serializeModel'],
    ...['expectModelSizes', 'standardParts', 'meanMetrics', 'NonFiniteError', 'warmupCosine'],
    // The other controllers, which are held to this by the kits of their packages.
    ...['fixedSteps', 'gravesAct', 'haltOnly', 'ponder', 'qLearningHalting', 'residualHalting', 'unchangedAnswer'],
  ];
  const main = [layers, act, models, library];
  const internal = [layersInternal, actInternal, modelsInternal, libraryInternal];
  const names = [...main, ...internal].flatMap((exported) => Object.keys(exported));
  expect(names.filter((name) => !covered.has(name) && !others.includes(name))).toEqual([]);
});
