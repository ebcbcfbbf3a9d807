import * as tf from '@tensorflow/tfjs-core';
import { describeValue } from '../checks/describe-value';
import { ShapeError } from '../checks/shape-error';
import { NOT_FINITE } from './gradient-fault';
import type { LayerCheck } from './layer-check';
import { layerGradientChecks } from './layer-gradient-checks';
import { layerRepeatabilityChecks } from './layer-repeatability-checks';
import type { LayerSizes } from './layer-subject';
import { brief, distanceOf, expectThat, explained, PartFault } from './part-fault';

const sizesOf = ({ batch, seqLen, hiddenSize }: LayerSizes) =>
  `batch ${batch}, seqLen ${seqLen}, hiddenSize ${hiddenSize}`;

const shapes: LayerCheck = {
  title: 'returns finite numbers of the right shape, for each size',
  check(subject) {
    for (const sizes of subject.sizes) {
      subject.withLayer(sizes, (layer) =>
        tf.tidy(() => {
          const y: unknown = layer.apply(subject.input(sizes));
          if (!(y instanceof tf.Tensor)) {
            throw new PartFault(`apply returns ${describeValue(y)}, expected a tensor: likely a missing return`);
          }
          const expected = subject.outputShape(sizes);
          expectThat(
            y.shape.join() === expected.join(),
            () =>
              `at ${sizesOf(sizes)} the layer returns a tensor of shape [${y.shape.join(', ')}], expected ` +
              `[${expected.join(', ')}]: a block keeps the shape of its input; for other layers give describeLayer ` +
              'the option outputShape',
          );
          expectThat(
            y.dtype === 'float32',
            () =>
              `the layer returns numbers of type ${y.dtype}, expected float32: likely it ends in argMax or a comparison`,
          );
          expectThat(
            y.dataSync<'float32'>().every(Number.isFinite),
            () => `at ${sizesOf(sizes)} the layer returns numbers that are not finite: ${NOT_FINITE}`,
          );
        }),
      );
    }
  },
};

const samples: LayerCheck = {
  title: 'treats each sample of a batch by itself',
  check(subject) {
    const sizes = subject.sizes.reduce((largest, next) => (next.batch > largest.batch ? next : largest));
    expectThat(
      sizes.batch > 1,
      () => 'no size given to describeLayer has a batch over 1, so samples cannot be compared: add one',
    );
    subject.withLayer(sizes, (layer) =>
      tf.tidy(() => {
        const x = subject.input(sizes);
        const together = tf.unstack(layer.apply(x));
        tf.unstack(x).forEach((sample, i) => {
          const alone = layer.apply(tf.expandDims(sample) as typeof x).dataSync<'float32'>();
          const { distance, isSame } = distanceOf(alone, together[i]!.dataSync<'float32'>());
          expectThat(isSame, () =>
            Number.isFinite(distance)
              ? `sample ${i} differs in a batch of ${sizes.batch} from alone, by up to ${brief(distance)}: likely a ` +
                'mean, sum or norm over axis 0, or a reshape that mixes the batch with another axis'
              : `sample ${i} cannot be compared with itself in a batch, because the numbers are not finite: ${NOT_FINITE}`,
          );
        });
      }),
    );
  },
};

const wrongShapes: LayerCheck = {
  title: 'throws a ShapeError for a tensor of a wrong shape',
  check(subject) {
    const sizes = subject.sizes[0]!;
    subject.withLayer(sizes, (layer) =>
      tf.tidy(() => {
        const wrong = subject.wrongInput(sizes);
        const shape = `[${wrong.shape.join(', ')}]`;
        const remedy = "start apply with expectShape('my layer', x, ['batch', 'seq', hiddenSize]) of @hrm/layers";
        let error: unknown;
        try {
          layer.apply(wrong);
        } catch (thrown) {
          error = thrown;
        }
        expectThat(
          error !== undefined,
          () => `the layer accepts a tensor of shape ${shape} at ${sizesOf(sizes)}: ${remedy}`,
        );
        expectThat(
          error instanceof ShapeError,
          () =>
            `for a tensor of shape ${shape} the layer throws "${String(error).split('\n')[0]}", expected a ShapeError: ${remedy}`,
        );
      }),
    );
  },
};

/** All checks of a layer; `describeLayer` turns them into tests. */
export const layerChecks: readonly LayerCheck[] = [
  shapes,
  samples,
  wrongShapes,
  ...layerGradientChecks,
  ...layerRepeatabilityChecks,
].map((check) => explained('the layer', check));
