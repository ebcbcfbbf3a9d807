import * as tf from '@tensorflow/tfjs-core';
import {
  gravesAct,
  haltOnly,
  ponder,
  qLearningHalting,
  residualHalting,
  runSegment,
  softmaxCrossEntropy,
  superviseSegment,
  unchangedAnswer,
  type ByMetric,
} from '@hrm/act';
import { beforeAll, expect, it } from 'vitest';
import { KNOWN_METRICS } from '../src/metrics/metric-name';
import { freshCarry } from '../src/testing/controller-subject';
import { ProbeNetwork } from '../src/testing/probe-network';
import { useBackend } from '../../layers/test/backends';

beforeAll(() => useBackend('cpu'));

it('the known metrics are the metrics of segments, our controllers and schedules', () => {
  const reported = new Set<string>(['solverSteps', 'solverResidual', 'solverConverged']);
  for (const make of [gravesAct, haltOnly, ponder, qLearningHalting, residualHalting, unchangedAnswer]) {
    const network = new ProbeNetwork(make({ maxSegments: 4 }));
    tf.tidy(() => {
      const segment = runSegment(network, freshCarry(network, 2), { training: true });
      for (const name of Object.keys(superviseSegment(network, segment, softmaxCrossEntropy).metrics))
        reported.add(name);
    });
    network.dispose();
  }
  expect([...reported].sort()).toEqual([...KNOWN_METRICS].sort());
});

it('known names are typed, and other names are allowed', () => {
  const means: ByMetric<number> = { tokenLoss: 2, doubt: 0.5 };
  // @ts-expect-error the values are numbers
  const wrong: ByMetric<number> = { tokenLoss: 'two' };
  expect([means.tokenLoss, means['doubt'], wrong.tokenLoss]).toEqual([2, 0.5, 'two']);
});
