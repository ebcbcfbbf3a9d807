import * as tf from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import { evaluationBatches, trainBatches, sudokuAugmentation } from '@hrm/data-sudoku-maze';
import { compile, selectBackend } from '@hrm/runtime';
import { hrm } from '@hrm/models';
import { puzzleBatch } from '@hrm/act';
import { mixerBlock, attentionBlock } from '@hrm/layers';
import { adamAtan2, Trainer, warmupCosine } from '@hrm/trainer';
import { equilibrium, measureResiduals, oneStepGradient, fullRecursion } from '@hrm/recursion';
import { generatePuzzles } from '../src/run/run-puzzles';
it('trains', async () => {
  console.log((await selectBackend()).why);
  const puzzles = generatePuzzles(
    { kind: 'sudoku', size: 4 } as never,
    { train: 1000, test: 200, givens: [6, 8], seed: 0 } as never,
  );
  for (const [name, schedule] of [
    ['one-step', oneStepGradient({ hCycles: 2, lCycles: 2 })],
    ['eq one-step 4', equilibrium({ iterations: 4, gradient: 'one-step' })],
    ['eq one-step damped 3', equilibrium({ iterations: 3, solver: 'damped', gradient: 'one-step' })],
    ['eq implicit 4', equilibrium({ iterations: 4, gradient: 'implicit' })],
    ['eq one-step 4 jac', equilibrium({ iterations: 4, gradient: 'one-step', jacobianWeight: 0.5 })],
  ] as const) {
    if (process.env.ONLY && !name.includes(process.env.ONLY)) continue;
    const model = hrm({
      vocabSize: 6,
      seqLen: 16,
      hiddenSize: 64,
      hLayers: 1,
      lLayers: 1,
      block: mixerBlock(),
      positions: 'none',
      schedule,
    });
    const trainer = new Trainer(model, {
      optimizer: adamAtan2({
        learningRate: warmupCosine({ learningRate: 1e-3, warmupSteps: 100, totalSteps: 300, minRatio: 1 }),
        weightDecay: 0.1,
        beta1: 0.9,
        beta2: 0.95,
      }),
      emaDecay: 0.98,
      seed: 0,
      compile,
      totalSteps: 300,
    } as never);
    const t = performance.now();
    const batch = [...evaluationBatches(puzzles.test, { batchSize: 32 })][0]!;
    const report = async (label: string) => {
      const b = puzzleBatch(batch);
      const r = await measureResiduals(model as never, b as never, { segments: 8, spectralIterations: 60 });
      console.log(
        name,
        label,
        'zH by segment',
        r.segments.map((s) => s.zH.mean.toFixed(3)).join(' '),
        'rho',
        r.spectralRadius!.mean.toFixed(2),
        Math.max(...r.spectralRadius!.samples).toFixed(2),
      );
      for (const solver of ['damped', 'anderson', 'broyden'] as const) {
        let text = '';
        const m: number[] = [];
        await measureResiduals(model as never, b as never, {
          segments: 1,
          spectralIterations: 0,
          schedule: equilibrium({
            solver,
            tolerance: 1e-3,
            maxIterations: 100,
            onSolve: (s) => {
              text = `${s.samples.filter((x) => x.converged).length}/${s.samples.length} converged, median steps ${s.samples.map((x) => x.steps).sort((a, b) => a - b)[16]}`;
            },
          }),
        });
        console.log('   ', solver, text);
      }
      tf.dispose(b as never);
    };
    await report('untrained');
    let last: any;
    for await (const e of trainer.train(
      trainBatches(puzzles.train, { batchSize: 64, seed: 0, augmentation: sudokuAugmentation(4) } as never) as never,
      { maxSteps: 300 },
    ))
      last = e;
    const ev = await trainer.evaluate(evaluationBatches(puzzles.test, { batchSize: 64 }) as never);
    console.log(
      name,
      'loss',
      last.metrics.tokenLoss?.toFixed(4),
      'exact',
      ev.exactAccuracy,
      ((performance.now() - t) / 1000).toFixed(0),
      's',
      JSON.stringify(last.metrics),
    );
    await report('trained');
    trainer.dispose();
    model.dispose();
  }
}, 1800000);
