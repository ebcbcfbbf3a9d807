import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import * as act from '@hrm/act';
import * as files from '@hrm/files';
import * as filesOfNode from '@hrm/files/node';
import * as layers from '@hrm/layers';
import * as models from '@hrm/models';
import * as recursion from '@hrm/recursion';
import * as library from '@hrm/trainer';
import * as checkpoints from '@hrm/trainer/checkpoint';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedTemporaryFolder } from '../../files/test/node/temporary-folder';
import { useBackend } from '../../layers/test/backends';
import { reversalBatches, smallHrm, smallTrainer } from './reversal';

beforeAll(() => useBackend('cpu'));

const folder = sharedTemporaryFolder();

const random = new layers.RandomStream(0);
const grid = { rows: 2, columns: 2 };
const sizes = { vocabSize: 4, seqLen: 4, hiddenSize: 8 };
const config: models.ModelConfig = {
  family: 'hrm',
  ...{ ...sizes, hLayers: 1, lLayers: 1, block: { type: 'mixer' } },
  schedule: { type: 'one-step-gradient', hCycles: 1, lCycles: 1 },
  halting: { type: 'halt-only' },
};
const state = (): tf.Tensor2D => tf.zeros([1, 2]);
const map = (z: tf.Tensor) => tf.mul(z, 0.5);
const puzzle = [0, 1, 2, 3];
const wrong = { misspelt: 1 };

type Given = object;
/** What a call needs beside its options. It is there before tensors are counted. */
interface At {
  network: models.RecursiveReasoner;
  trainer: library.Trainer;
  carry: act.Carry;
  parts: library.TrainingStepOptions;
}

/**
 * Calls with the options given; `types`: the exported types of these options. A type with several functions has several
 * calls.
 */
type Row = [name: string, call: (given: Given, at: At) => unknown, ...types: string[]];

// prettier-ignore
const rows: Row[] = [
  ['Linear', (given) => new layers.Linear({ inputSize: 2, outputSize: 2, random, ...given }), 'LinearOptions'],
  ['Attention', (given) => new layers.Attention({ hiddenSize: 8, heads: 2, random, ...given }), 'AttentionOptions'],
  ['SwiGLU', (given) => new layers.SwiGLU({ hiddenSize: 8, random, ...given }), 'SwiGLUOptions', 'FeedForwardOptions'],
  ['GeluMlp', (given) => new layers.GeluMlp({ hiddenSize: 8, random, ...given }), 'GeluMlpOptions'],
  ['LearnedRmsNorm', (given) => new layers.LearnedRmsNorm({ size: 8, ...given }), 'LearnedRmsNormOptions'],
  ['GridConvolution', (given) => new layers.GridConvolution({ hiddenSize: 8, grid, random, ...given }), 'GridConvolutionOptions'],
  ['GridConvolution: grid', (given) => new layers.GridConvolution({ hiddenSize: 8, grid: { ...grid, ...given }, random })],
  ['AxisPooling', (given) => new layers.AxisPooling({ hiddenSize: 8, axes: [2, 2], pools: [[1]], random, ...given }), 'AxisPoolingOptions'],
  ['TokenEmbedding', (given) => new layers.TokenEmbedding({ vocabSize: 4, hiddenSize: 8, random, ...given }), 'TokenEmbeddingOptions'],
  ['PuzzleEmbedding', (given) => new layers.PuzzleEmbedding({ puzzles: 2, size: 8, hiddenSize: 8, ...given }), 'PuzzleEmbeddingOptions'],
  ['PositionEmbedding', (given) => new layers.PositionEmbedding({ seqLen: 4, hiddenSize: 8, random, ...given }), 'PositionEmbeddingOptions'],
  ['RotaryEmbedding', (given) => new layers.RotaryEmbedding({ headSize: 4, seqLen: 4, ...given }), 'RotaryEmbeddingOptions'],
  ['GridRotaryEmbedding', (given) => new layers.GridRotaryEmbedding({ headSize: 4, ...grid, ...given }), 'GridRotaryEmbeddingOptions'],
  ['truncatedNormal', (given) => layers.truncatedNormal({ shape: [2], std: 1, random, ...given }), 'TruncatedNormalOptions'],
  ['makeResidual: place', (given) => layers.makeResidual({}, 8, given)],
  ['attentionBlock', (given) => layers.attentionBlock(given), 'AttentionBlockOptions', 'ResidualOptions', 'NormOptions'],
  ['mixerBlock', (given) => layers.mixerBlock(given), 'MixerBlockOptions'],
  ['poolingBlock', (given) => layers.poolingBlock({ axes: [2, 2], pools: [[1]], ...given }), 'PoolingBlockOptions'],
  ['cellularBlock', (given) => layers.cellularBlock({ grid, ...given }), 'CellularBlockOptions', 'NormOptions'],
  ['convBlock', (given) => layers.convBlock({ grid, ...given }), 'ConvBlockOptions'],
  ['graphAttentionBlock', (given) => layers.graphAttentionBlock({ relations: ['row'], grid, ...given }), 'GraphAttentionBlockOptions'],
  ['ReasoningModule', (given) => new recursion.ReasoningModule({ layers: 1, block: layers.mixerBlock(), context: { hiddenSize: 8, seqLen: 4, random }, ...given }), 'ReasoningModuleOptions'],
  ['RecursionCore', (given, { network: { core } }) => new recursion.RecursionCore(core.parameters.lowLevel, core.parameters.highLevel, given), 'RecursionCoreOptions'],
  ['oneStepGradient', (given) => recursion.oneStepGradient({ hCycles: 1, lCycles: 1, ...given })],
  ['fullRecursion', (given) => recursion.fullRecursion({ hCycles: 1, lCycles: 1, ...given })],
  ['unrolled', (given) => recursion.unrolled({ hCycles: 1, lCycles: 1, ...given }), 'UnrolledOptions'],
  ['recall', (given) => recursion.recall({ applications: 2, ...given }), 'RecallOptions'],
  ['progressive', (given) => recursion.progressive(given), 'ProgressiveOptions'],
  ['progressive: a stage', (given) => recursion.progressive({ stages: [{ from: 0, hCycles: 1, lCycles: 1, ...given }], schedule: recursion.unrolled })],
  ['equilibrium', (given) => recursion.equilibrium(given), 'EquilibriumOptions'],
  ['fixedPoint', (given) => recursion.fixedPoint(map, state(), [], given), 'FixedPointOptions'],
  ['solveFixedPoint', (given) => recursion.solveFixedPoint(map as never, state(), given), 'SolveFixedPointOptions'],
  ['dampedIteration', (given) => recursion.dampedIteration(given), 'DampedIterationOptions'],
  ['anderson', (given) => recursion.anderson(given), 'AndersonOptions'],
  ['broyden', (given) => recursion.broyden(given), 'BroydenOptions'],
  ['phantom', (given) => recursion.phantom(given), 'PhantomOptions'],
  ['implicit', (given) => recursion.implicit(given), 'ImplicitOptions'],
  ['spectralRadius', (given) => recursion.spectralRadius(map as never, state(), { iterations: 2, random, ...given }), 'SpectralRadiusOptions'],
  ['measureResiduals', (given, { network, carry }) => recursion.measureResiduals(network, carry.puzzle, { segments: 1, ...given }), 'MeasureResidualsOptions'],
  ['qLearningHalting', (given) => act.qLearningHalting(given), 'QLearningHaltingOptions'],
  ['haltOnly', (given) => act.haltOnly(given), 'HaltOnlyOptions'],
  ['fixedSteps', (given) => act.fixedSteps({ segments: 2, ...given }), 'FixedStepsOptions'],
  ['gravesAct', (given) => act.gravesAct(given), 'GravesActOptions'],
  ['ponder', (given) => act.ponder(given), 'PonderOptions'],
  ['residualHalting', (given) => act.residualHalting(given), 'ResidualHaltingOptions'],
  ['unchangedAnswer', (given) => act.unchangedAnswer(given), 'UnchangedAnswerOptions'],
  ['runSegment', (given, { network, carry }) => act.runSegment(network, carry, given), 'SegmentOptions'],
  ['Solver', (given, { network }) => new act.Solver(network, given), 'SolverOptions'],
  ['Solver.solve', (given, { network }) => new act.Solver(network).solve(puzzle, given), 'SolveOptions'],
  ['Solver.stream', (given, { network }) => new act.Solver(network).stream(puzzle, given).next()],
  ['Solver.solveAll', (given, { network }) => new act.Solver(network).solveAll([puzzle], given).next(), 'SolveAllOptions'],
  ['thinker', (given, { network }) => act.thinker(network, given), 'ThinkerOptions'],
  ['thinker.tries', (given, { network }) => act.thinker(network).tries([puzzle], given).next(), 'TriesOptions', 'ThinkingOptions'],
  ['thinker.search', (given, { network }) => act.thinker(network).search([puzzle], { task: { openToken: 1 }, ...given }).next(), 'SearchOptions'],
  ['searchBranch', (given) => act.searchBranch(puzzle, { task: { openToken: 1 }, ...given }), 'SearchBranchOptions'],
  ['hrm', (given) => models.hrm({ ...sizes, ...given }), 'HrmOptions'],
  ['trm', (given) => models.trm({ ...sizes, ...given }), 'TrmOptions'],
  ['RecursiveReasoner', (given, { network: { schedule, core } }) => new models.RecursiveReasoner({ ...sizes, schedule, halting: act.haltOnly(), levels: () => core.parameters, ...given }), 'RecursiveReasonerOptions'],
  ['RecursiveReasoner: puzzleEmbedding', (given) => models.hrm({ ...sizes, puzzleEmbedding: { puzzles: 2, size: 8, ...given } })],
  ['RecursiveReasoner.solve', (given, { network }) => network.solve(puzzle, given)],
  ['buildModel', (given) => models.buildModel(config, given)],
  ['parameterShapes', (given) => models.parameterShapes(config, given)],
  ['saveModel', (given, { network }) => models.saveModel(network, { config, ...given }), 'SaveModelOptions'],
  ['serializeModel', (given) => models.serializeModel(config, new Map(), given)],
  ['loadModel', (given) => models.loadModel(models.serializeModel(config, new Map()), given), 'LoadModelOptions'],
  ['evaluate', (given, { network }) => library.evaluate(network, reversalBatches(1), given), 'EvaluateOptions'],
  ['Trainer', (given, { network }) => smallTrainer(network, given), 'TrainerOptions'],
  ['Trainer.train', (given, { trainer }) => trainer.train(reversalBatches(1), { maxSteps: 1, ...given }).next()],
  ['Trainer.evaluate', (given, { trainer }) => trainer.evaluate(reversalBatches(1), given)],
  ['adamAtan2', (given) => library.adamAtan2({ learningRate: 1, ...given }), 'OptimizerOptions'],
  ['adamW', (given) => library.adamW({ learningRate: 1, ...given })],
  ['muon', (given) => library.muon({ learningRate: 1, ...given }), 'MuonOptions'],
  ['muon: rest', (given) => library.muon({ learningRate: 1, rest: given }), 'MuonRestOptions'],
  ['scaleByMuon', (given) => library.scaleByMuon(given), 'ScaleByMuonOptions'],
  ['scaleByAdam', (given) => library.scaleByAdam(given), 'MomentsOptions'],
  ['scaleByAtan2', (given) => library.scaleByAtan2(given)],
  ['signSgd', (given) => library.signSgd({ learningRate: 1, ...given }), 'SignSgdOptions'],
  ['warmupCosine', (given) => library.warmupCosine({ learningRate: 1, warmupSteps: 1, totalSteps: 2, ...given }), 'WarmupCosineOptions'],
  ['partition', (given) => library.partition(() => true, { picked: library.chain(), rest: library.chain(), ...given })],
  ['trainingStep', (given, { parts }) => library.trainingStep({ ...parts, ...given }), 'TrainingStepOptions'],
  ['trainingStep: lanes', (given, { parts }) => library.trainingStep(parts, given)],
  ['microBatchedStep', (given, { parts }) => library.microBatchedStep(parts, { microBatch: 1, ...given }), 'MicroBatchedStepOptions'],
  ['CheckpointStore.open', (given) => checkpoints.CheckpointStore.open(folder, given), 'CheckpointStoreOptions'],
  ['CheckpointStore.latest', async (given) => (await checkpoints.CheckpointStore.open(folder)).latest(given)],
  ['CheckpointStore.best', async (given) => (await checkpoints.CheckpointStore.open(folder)).best(given)],
  ['MetricsLog.open', async (given) => (await checkpoints.MetricsLog.open(join(folder, 'log'), { length: 0, onWarning: () => {}, ...given })).close(), 'MetricsLogOptions'],
  ['RunLock.acquire', async (given) => (await checkpoints.RunLock.acquire(folder, given)).release(), 'RunLockOptions'],
  ['writeCheckpoint', (given) => checkpoints.writeCheckpoint(folder, { step: 1, files: {}, state: null }, given)],
  ['readCheckpoint', async (given) => checkpoints.readCheckpoint(await checkpoints.writeCheckpoint(folder, { step: 1, files: {}, state: null }), given), 'ReadCheckpointOptions'],
  ['readWeights', (given) => checkpoints.readWeights(folder, given), 'ReadWeightsOptions'],
  ['loadRun', (given) => checkpoints.loadRun(folder, given), 'LoadRunOptions'],
  ['parseSafetensors', (given) => files.parseSafetensors(files.serializeSafetensors(new Map()), given)],
  ['parseTorchCheckpoint', (given) => files.parseTorchCheckpoint(files.serializeTorchCheckpoint(new Map()), given)],
  ['replaceFile', (given) => filesOfNode.replaceFile(join(folder, 'replaced'), new Uint8Array(), given)],
  ['createFile', (given) => filesOfNode.createFile(join(folder, 'created'), new Uint8Array(), given)],
  ['readRegularFile', async (given) => filesOfNode.readRegularFile(fileURLToPath(import.meta.url), given), 'ReadOptions'],
  ['readRegularFileSync', (given) => filesOfNode.readRegularFileSync(fileURLToPath(import.meta.url), given)],
  ['createEventFile', async (given) => (await filesOfNode.createEventFile(join(folder, 'events'), given)).close(), 'EventFileOptions'],
  ['openRegularFile', async (given) => (await filesOfNode.openRegularFile(fileURLToPath(import.meta.url), given)).close()],
];

/** The calls that fail also with right options, as there is no run: only their refusal is tested. */
const withoutRun = ['readWeights', 'loadRun', 'loadModel'];

async function failure(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a misspelt option is refused', () => {
  it.each(rows)('%s', async (name, call) => {
    const network = smallHrm();
    const tokenLoss = act.softmaxCrossEntropy;
    const at: At = {
      network,
      trainer: smallTrainer(network),
      carry: act.admitPuzzles(network, act.initialCarry(network, 4), act.puzzleTensors(reversalBatches(1)[0]!)),
      parts: { network, tokenLoss, optimizer: library.adamAtan2({ learningRate: 1 }) },
    };
    const variables = tf.memory().numTensors;
    const error = await failure(() => call(wrong, at));
    expect(error).toBeInstanceOf(RangeError);
    expect(String(error)).toMatch(/there is no option "misspelt", expected \w/);
    // At most the arguments of a search.
    expect(tf.memory().numTensors - variables).toBeLessThanOrEqual(1);
    if (!withoutRun.includes(name)) expect(await failure(() => call({}, at))).toBeUndefined();
    tf.disposeVariables();
  });
});

it('every type of options that a package exports is among these calls', () => {
  const source = (path: string) => {
    const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  const entries = ['layers', 'recursion', 'act', 'models', 'trainer', 'files'].flatMap((name) =>
    ['index', 'checkpoint', 'node'].map((entry) => source(`${name}/src/${entry}.ts`)),
  );
  const exported = entries.flatMap((text) => [...text.matchAll(/\btype (\w+Options)\b/g)].map(([, name]) => name!));
  const inBraces = entries.flatMap((text) =>
    [...text.matchAll(/export type \{([^}]*)\}/g)].flatMap(([, names]) => names!.match(/\b\w+Options\b/g) ?? []),
  );
  const covered = rows.flatMap(([, , ...types]) => types);
  expect(exported.length).toBeGreaterThan(50);
  expect([...new Set([...exported, ...inBraces])].filter((name) => !covered.includes(name))).toEqual([]);
});

it('every function with a parameter of options is among these calls', () => {
  const exported = [layers, recursion, act, models, library, checkpoints, files, filesOfNode].flatMap((all) =>
    Object.entries(all),
  );
  const takesOptions = (f: unknown) => {
    if (typeof f !== 'function') return false;
    const text = String(f);
    const start = text.startsWith('class') ? text.indexOf('constructor(') : 0;
    if (start < 0) return false;
    return /^[^{]*\b(options|search|chosen)\b[^)]*\)/i.test(text.slice(start, start + 300));
  };
  const covered = rows.map(([name]) => /^\w+/.exec(name)![0]);
  const found = exported.filter(([, f]) => takesOptions(f)).map(([name]) => name);
  expect(found.length).toBeGreaterThan(40);
  // These take nothing by name that could be forgotten, or only what `writeWhole` requires.
  const others = ['ShapeError', 'writeWhole', 'NonFiniteError', 'modelConfigFromOfficial'];
  expect(found.filter((name) => !covered.includes(name) && !others.includes(name))).toEqual([]);
});
