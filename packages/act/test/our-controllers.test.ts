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
} from '@hrm/act';
import { describeController } from '@hrm/act/testing';
import './backends';

describeController('qLearningHalting', qLearningHalting({ maxSegments: 4, exploration: 0.5 }));
describeController(
  'qLearningHalting without a continue target',
  qLearningHalting({ maxSegments: 4, learnContinue: false }),
);
describeController('haltOnly', haltOnly({ maxSegments: 3, exploration: 0.5 }));
describeController('fixedSteps', fixedSteps(3));
describeController('gravesAct', gravesAct({ maxSegments: 4 }));
describeController('ponder', ponder({ maxSegments: 4 }));
describeController('residualHalting', residualHalting({ maxSegments: 5, tolerance: 0.2 }));
describeController('any', any(haltOnly({ maxSegments: 4 }), residualHalting({ maxSegments: 4, tolerance: 0.2 })));
describeController('all', all(fixedSteps(2), qLearningHalting({ maxSegments: 4 })));
describeController(
  'atLeast',
  atLeast(2, gravesAct({ maxSegments: 4 }), ponder({ maxSegments: 4 }), gravesAct({ maxSegments: 3 }), haltOnly()),
);
