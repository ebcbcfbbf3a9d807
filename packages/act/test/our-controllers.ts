import * as tf from '@tensorflow/tfjs-core';
import {
  all,
  any,
  atLeast,
  fixedSteps,
  gravesAct,
  haltOnly,
  ponder,
  qLearningHalting,
  residualHalting,
  unchangedAnswer,
  type HaltingFactory,
} from '@hrm/act';
import { describeController, type TestBackend } from '@hrm/act/testing';

/** The required properties of a controller, and no others. */
const minimal: HaltingFactory = () => ({
  name: 'minimal',
  maxSegments: 3,
  parameters: {},
  decide: ({ steps }) => ({ halted: tf.greaterEqual(steps, 3) as tf.Tensor1D }),
});

/** Runs `describeController` on every controller of this package. */
export function describeOurControllers(backends?: readonly TestBackend[]): void {
  const test = (name: string, make: HaltingFactory) => describeController(name, make, backends && { backends });

  test('qLearningHalting', qLearningHalting({ maxSegments: 4, exploration: 0.5 }));
  test('qLearningHalting without a continue target', qLearningHalting({ maxSegments: 4, learnContinue: false }));
  test('qLearningHalting, deferred', qLearningHalting({ maxSegments: 4, learnContinue: 'deferred' }));
  test('haltOnly', haltOnly({ maxSegments: 3, exploration: 0.5 }));
  test('fixedSteps', fixedSteps(3));
  test('gravesAct', gravesAct({ maxSegments: 4 }));
  test('ponder', ponder({ maxSegments: 4 }));
  test('residualHalting', residualHalting({ maxSegments: 5, tolerance: 0.2 }));
  test('unchangedAnswer', unchangedAnswer({ segments: 2, maxSegments: 5 }));
  test('a minimal controller', minimal);
  test('any', any(haltOnly({ maxSegments: 4 }), residualHalting({ maxSegments: 4, tolerance: 0.2 })));
  test('all', all(minimal, fixedSteps(2), qLearningHalting({ maxSegments: 4 })));
  test(
    'atLeast',
    atLeast(
      2,
      haltOnly({ maxSegments: 4 }),
      residualHalting({ maxSegments: 4, tolerance: 0.2 }),
      haltOnly({ maxSegments: 3 }),
      unchangedAnswer(),
    ),
  );
  test(
    'any, of controllers that weight the token loss',
    any(gravesAct({ maxSegments: 4 }), ponder({ maxSegments: 4 }), gravesAct({ maxSegments: 3 }), haltOnly()),
  );
}
