import * as tf from '@tensorflow/tfjs-core';
import { namedParameters, RandomStream, valueAndGradients, type NamedTensors } from '@hrm/layers';
import { expectThat, gradientFault, normalTensor, NOT_FINITE, PartFault } from '@hrm/layers/testing';
import { haltingLosses, type HaltingController } from '../controllers/halting-controller';
import { softmaxCrossEntropy } from '../losses/token-loss';
import { admitPuzzles, initialCarry } from '../segment/carry';
import { puzzleTensors } from '../segment/puzzle-tensors';
import { runSegment } from '../segment/run-segment';
import { superviseSegment } from '../segment/supervise-segment';
import type { ControllerCheck } from './controller-check';
import { drawTensors, freshCarry, lossContext, perturb, runAllSegments, scramble } from './controller-subject';
import { directionalDerivatives, type DirectionalDerivative } from './directional-derivatives';
import type { ProbeNetwork } from './probe-network';

/** The errors of a correct gradient are below a fifth of this. */
const tolerance = 5e-3;

const parametersOf = (controller: HaltingController) => Object.fromEntries(namedParameters(controller));

/** Throws unless gradients and finite differences agree. */
function expectExact(checks: readonly DirectionalDerivative[], hint = ''): void {
  const wrong = checks.find(({ error }) => !(error < tolerance));
  if (wrong) throw new PartFault(gradientFault(wrong) + (hint && `; ${hint}`));
}

/** Calls `use` with variables that have the values of tensors, and frees them after that. */
function withVariables<Names extends string, Result>(
  tensors: { [name in Names]: tf.Tensor },
  use: (variables: { [name in Names]: tf.Variable }) => Result,
): Result {
  const variables = Object.fromEntries(
    Object.entries<tf.Tensor>(tensors).map(([name, tensor]) => [name, tf.variable(tensor)]),
  ) as { [name in Names]: tf.Variable };
  try {
    return use(variables);
  } finally {
    for (const variable of Object.values<tf.Variable>(variables)) variable.dispose();
  }
}

/** Random latents of four slots, the input of the losses for them, and the sum of the losses. */
function lossProblem({ halting, hiddenSize }: ProbeNetwork) {
  const random = new RandomStream(1);
  const zH = normalTensor<tf.Tensor3D>([4, 3, hiddenSize], random);
  const context = lossContext(halting, zH, random);
  const total = (latents = zH, { tokenLoss }: { tokenLoss: tf.Tensor1D } = context) =>
    tf.sum<tf.Scalar>(haltingLosses(halting, { ...context, logits: halting.logits?.(latents) ?? {}, tokenLoss }).total);
  return { random, zH, context, total };
}

const oneSegment: ControllerCheck = {
  title: 'has the gradients of finite differences for the losses of one segment, with a constant state',
  check(subject) {
    subject.withNetwork((network) =>
      tf.tidy(() => {
        const { halting } = network;
        scramble(halting);
        const { random, zH, context, total } = lossProblem(network);
        withVariables({ zH, tokenLoss: context.tokenLoss }, (variables) => {
          const loss = () => total(variables.zH as tf.Tensor3D, { tokenLoss: tf.mul(1, variables.tokenLoss) });
          const checks = directionalDerivatives(loss, { ...variables, ...parametersOf(halting) }, random);
          expectExact(checks);
          const byToken = checks.find(({ name }) => name === 'tokenLoss')!;
          expectThat(
            Math.abs(byToken.byTape) > 0,
            () =>
              'the losses do not depend on the token loss, so the answers would not be trained: add tokenLoss to total',
          );
        });
      }),
    );
  },
};

/**
 * Runs every slot to the last segment, with gradient through the carry. Returns the loss of each segment, `[segments]`,
 * and the look-ahead logits.
 *
 * @param targets look-ahead logits to use instead, so that they do not change with the parameters.
 */
function runLosses(
  network: ProbeNetwork,
  targets?: readonly NamedTensors[],
): { losses: tf.Tensor1D; lookAheads: NamedTensors[] } {
  const { halting } = network;
  const random = new RandomStream(2);
  const segments = runAllSegments(network, freshCarry(network, 4), () => ({
    training: true,
    haltEarly: false,
    carryGradient: true,
    draws: drawTensors(halting, random, 4),
  }));
  const totals = segments.map((segment, k) => {
    const lookAhead = targets?.[k] ?? segment.lookAhead;
    return superviseSegment(network, { ...segment, lookAhead }, softmaxCrossEntropy).total;
  });
  return { losses: tf.stack(totals) as tf.Tensor1D, lookAheads: segments.map(({ lookAhead }) => lookAhead) };
}

const wholeRun: ControllerCheck = {
  title: 'has the gradients of finite differences for the losses of all segments, with gradient through the carry',
  check(subject) {
    subject.withNetwork((network) =>
      tf.tidy(() => {
        // Near the initial values, where few controllers have a kink. (gravesAct has one where no probability remains.)
        perturb(network.halting);
        const { losses, lookAheads } = runLosses(network);
        const parameters = parametersOf(network.halting);
        if (Object.keys(parameters).length === 0) {
          expectThat(losses.dataSync().every(Number.isFinite), () => `the losses are not finite: ${NOT_FINITE}`);
          return;
        }
        const frozen = () => runLosses(network, lookAheads).losses;
        const checks = directionalDerivatives(frozen, parameters, new RandomStream(3));
        expectExact(
          checks,
          'this includes the gradient through the state: compute the state without comparisons, and not in withoutGradient',
        );
      }),
    );
  },
};

const severalSegments: ControllerCheck = {
  title: 'can be differentiated through several segments, while slots halt and take new puzzles',
  check(subject) {
    subject.withNetwork((network) =>
      tf.tidy(() => {
        scramble(network.halting);
        const { halting } = network;
        const trained = [...namedParameters(network).values()].filter((parameter) => parameter.trainable);
        const { gradients } = valueAndGradients(() => {
          const random = new RandomStream(2);
          let carry = initialCarry(network, 4);
          const totals = Array.from({ length: halting.maxSegments + 1 }, () => {
            const admitted = admitPuzzles(network, carry, puzzleTensors(network.puzzles(4, random)));
            const draws = drawTensors(halting, random, 4);
            const segment = runSegment(network, admitted, { training: true, carryGradient: true, draws });
            carry = segment.carry;
            return superviseSegment(network, segment, softmaxCrossEntropy).total;
          });
          return { loss: tf.addN(totals), auxiliary: {} };
        }, trained);
        const finite = gradients.every((gradient) => gradient.dataSync().every(Number.isFinite));
        expectThat(
          finite,
          () =>
            `gradients through several segments are not finite: ${NOT_FINITE}; also check the branch that tf.where does not take`,
        );
      }),
    );
  },
};

const reachesHead: ControllerCheck = {
  title: 'passes gradient to each of its parameters and to the token logits',
  check(subject) {
    subject.withNetwork((network) =>
      tf.tidy(() => {
        scramble(network.halting);
        const trained = [...namedParameters(network)].filter(([, variable]) => variable.trainable);
        const { gradients } = valueAndGradients(
          () => ({ loss: tf.sum(runLosses(network).losses), auxiliary: {} }),
          trained.map(([, variable]) => variable),
        );
        trained.forEach(([name], i) => {
          const gradient = gradients[i]!.dataSync();
          expectThat(gradient.every(Number.isFinite), () => `the gradient by ${name} is not finite: ${NOT_FINITE}`);
          expectThat(
            gradient.some((value) => value !== 0),
            () =>
              name.startsWith('halting.')
                ? `no gradient reaches ${name}, so it learns nothing: likely total does not use its logits, or uses them in withoutGradient`
                : `no gradient of the token loss reaches ${name}: add tokenLoss to total`,
          );
        });
      }),
    );
  },
};

const targets: ControllerCheck = {
  title: 'passes no gradient to its targets: correct, counted and the look-ahead logits',
  check(subject) {
    subject.withNetwork((network) =>
      tf.tidy(() => {
        scramble(network.halting);
        const { context, total } = lossProblem(network);
        const ahead = context.lookAhead ?? {};
        const inputs = { correct: context.correct, counted: context.counted, ...ahead };
        const { gradients } = valueAndGradients(() => ({ loss: total(), auxiliary: {} }), Object.values(inputs));
        Object.keys(inputs).forEach((name, i) =>
          expectThat(
            gradients[i]!.dataSync().every((value) => value === 0),
            () =>
              `the losses have a gradient by ${name}, which is a target and would be moved: put it in stopGradient of ` +
              '@hrm/layers, or use binaryCrossEntropy, which does',
          ),
        );
      }),
    );
  },
};

const extremes: ControllerCheck = {
  title: 'has finite losses and gradients for extreme logits',
  check(subject) {
    subject.withNetwork((network) =>
      tf.tidy(() => {
        for (const scale of [0, 1e4]) {
          scramble(network.halting, scale);
          const { zH, total } = lossProblem(network);
          const parameters = Object.values(parametersOf(network.halting));
          const { loss, gradients } = valueAndGradients(() => ({ loss: total(), auxiliary: {} }), [...parameters, zH]);
          const finite = [loss, ...gradients].every((tensor) => tensor.dataSync().every(Number.isFinite));
          expectThat(
            finite,
            () =>
              `the losses or gradients are not finite with parameters of size ${scale}: likely the logarithm of a probability of ` +
              '0; use binaryCrossEntropy or tf.softplus of the logit',
          );
        }
      }),
    );
  },
};

/** Requirements on losses and gradients. */
export const gradientChecks: readonly ControllerCheck[] = [
  oneSegment,
  wholeRun,
  severalSegments,
  reachesHead,
  targets,
  extremes,
];
