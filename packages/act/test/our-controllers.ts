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

/** What a controller of one's own must have, and no more. */
const minimal: HaltingFactory = () => ({
  name: 'minimal',
  maxSegments: 3,
  parameters: {},
  decide: ({ steps }) => ({ halted: tf.greaterEqual(steps, 3) as tf.Tensor1D }),
});

/** Holds every controller of this package to what is asked of any. */
export function describeOurControllers(backends?: readonly TestBackend[]): void {
  const hold = (name: string, make: HaltingFactory) => describeController(name, make, backends && { backends });

  hold('qLearningHalting', qLearningHalting({ maxSegments: 4, exploration: 0.5 }));
  hold('qLearningHalting without a continue target', qLearningHalting({ maxSegments: 4, learnContinue: false }));
  hold('haltOnly', haltOnly({ maxSegments: 3, exploration: 0.5 }));
  hold('fixedSteps', fixedSteps(3));
  hold('gravesAct', gravesAct({ maxSegments: 4 }));
  hold('ponder', ponder({ maxSegments: 4 }));
  hold('residualHalting', residualHalting({ maxSegments: 5, tolerance: 0.2 }));
  hold('unchangedAnswer', unchangedAnswer({ segments: 2, maxSegments: 5 }));
  hold('a controller of as little as can be', minimal);
  hold('any', any(haltOnly({ maxSegments: 4 }), residualHalting({ maxSegments: 4, tolerance: 0.2 })));
  hold('all', all(minimal, fixedSteps(2), qLearningHalting({ maxSegments: 4 })));
  hold(
    'atLeast',
    atLeast(
      2,
      haltOnly({ maxSegments: 4 }),
      residualHalting({ maxSegments: 4, tolerance: 0.2 }),
      haltOnly({ maxSegments: 3 }),
      unchangedAnswer(),
    ),
  );
  hold(
    'any, of controllers that weigh the token loss',
    any(gravesAct({ maxSegments: 4 }), ponder({ maxSegments: 4 }), gravesAct({ maxSegments: 3 }), haltOnly()),
  );
}
