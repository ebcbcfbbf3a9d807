import * as tf from '@tensorflow/tfjs-core';
import * as act from '@hrm/act';
import { batches, type Calls } from './call';

export const actCalls: Calls = {
  'a segment, and its losses': {
    covers: [
      ...['admitPuzzles', 'initialCarry', 'puzzleTensors', 'runSegment', 'superviseSegment', 'answerFigures'],
      ...['countAnswers', 'countHaltingSteps'],
      ...['binaryCrossEntropy', 'softmaxCrossEntropy', 'stablemaxCrossEntropy'],
    ],
    call: ({ network }) =>
      tf.tidy(() => {
        const carry = act.admitPuzzles(network, act.initialCarry(network, 4), act.puzzleTensors(batches[0]!));
        const segment = act.runSegment(network, carry, { training: true });
        const { total } = act.superviseSegment(network, segment, act.stablemaxCrossEntropy);
        return tf.add(total, act.superviseSegment(network, segment, act.softmaxCrossEntropy).total);
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
};
