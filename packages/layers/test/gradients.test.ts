import * as tf from '@tensorflow/tfjs-core';
import {
  customGradient,
  mapTensors,
  matMul,
  registerGradients,
  rmsNorm,
  stopGradient,
  valueAndGradients,
  withoutGradient,
} from '@hrm/layers';
import { checkGradients } from '@hrm/layers/testing';
import { beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { useBackend } from './backends';

const number = (tensor: tf.Tensor) => tensor.dataSync()[0]!;

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  let tensorsBefore: number;
  beforeAll(() => useBackend(backend));
  beforeEach(() => {
    tensorsBefore = tf.memory().numTensors;
  });
  afterEach(() => expect(tf.memory().numTensors, 'tensors left by the test').toBe(tensorsBefore));

  describe('customGradient', () => {
    const doubledSlope = customGradient(
      (x: tf.Tensor1D, scale: tf.Scalar) => {
        const value: tf.Tensor1D = tf.mul(tf.square(x), scale);
        return { value, saved: [x, scale] };
      },
      (dy, [x, scale]) => [tf.mul(dy, tf.mul(4, tf.mul(x, scale))), tf.sum(tf.mul(dy, tf.square(x)))],
    );

    it('computes the value of forward and the gradients of backward, and leaks nothing', () => {
      tf.tidy(() => {
        const [x, scale] = [tf.tensor1d([1, 2]), tf.scalar(3)];
        const { loss, gradients } = valueAndGradients(
          () => ({ loss: tf.sum(doubledSlope(x, scale)), auxiliary: {} }),
          [x, scale],
        );
        expect(number(loss)).toBe(15);
        expect(gradients.map((gradient) => [...gradient.dataSync()])).toEqual([[12, 24], [5]]);
      });
    });

    it('refuses a value that is not a function, by name', () => {
      expect(() => customGradient(doubledSlope as never, undefined as never)).toThrow(
        new TypeError('customGradient: backward is undefined, expected a function of tensors'),
      );
    });
  });

  describe('valueAndGradients', () => {
    it('returns the loss, the gradients in order, and other results', () => {
      const a = tf.scalar(3);
      const b = tf.tidy(() => tf.variable(tf.scalar(5)));
      const { loss, gradients, auxiliary } = valueAndGradients(() => {
        const square = tf.square(a);
        return { loss: tf.mul(square, b) as tf.Scalar, auxiliary: { list: [square, { b }], name: 'kept' } };
      }, [b, a]);
      expect(number(loss)).toBe(45);
      expect(gradients.map(number)).toEqual([9, 30]);
      const [square, nested] = auxiliary.list as [tf.Tensor, { b: tf.Tensor }];
      expect([number(square), number(nested.b), auxiliary.name]).toEqual([9, 5, 'kept']);
      tf.dispose([a, loss, gradients, square, nested.b]);
      expect(number(b), 'a variable handed out is a copy').toBe(5);
      b.dispose();
    });

    it('returns zeros for a tensor that the loss does not depend on', () => {
      tf.tidy(() => {
        const [a, unused] = [tf.scalar(3), tf.ones([2, 3])];
        const { gradients } = valueAndGradients(() => ({ loss: tf.square(a), auxiliary: {} }), [a, unused]);
        expect(gradients[1]!.arraySync()).toEqual([
          [0, 0, 0],
          [0, 0, 0],
        ]);
      });
    });

    it('may return one tensor twice, and its results belong to the outer tidy', () => {
      tf.tidy(() => {
        const a = tf.scalar(3);
        const { auxiliary } = valueAndGradients(() => {
          const square = tf.square(a);
          return { loss: square, auxiliary: { first: square, second: square } };
        }, [a]);
        auxiliary.first.dispose();
        expect(number(auxiliary.second)).toBe(9);
      });
    });

    it('works again after a loss has thrown', () => {
      const attempt = () =>
        tf.tidy(() => {
          valueAndGradients(() => {
            throw new Error('in the middle');
          }, [tf.scalar(3)]);
        });
      expect(attempt).toThrow('in the middle');
      tf.tidy(() => {
        const a = tf.scalar(3);
        const { gradients } = valueAndGradients(() => ({ loss: tf.square(a), auxiliary: {} }), [a]);
        expect(number(gradients[0]!)).toBe(6);
      });
    });
  });

  describe('withoutGradient', () => {
    it('computes constants', () => {
      registerGradients();
      tf.tidy(() => {
        const slope = tf.grad((x) =>
          tf.mul(
            x,
            withoutGradient(() => tf.square(x)),
          ),
        )(tf.scalar(3));
        expect(number(slope)).toBe(9);
      });
    });

    it('lets gradient flow around it and through later operations', () => {
      tf.tidy(() => {
        const x = tf.scalar(2);
        const { gradients } = valueAndGradients(() => {
          const { y } = withoutGradient(() => ({ y: tf.square(x) }));
          return { loss: tf.mul(tf.add(x, y), x) as tf.Scalar, auxiliary: {} };
        }, [x]);
        // (x + c) x with c = 4: 2x + c.
        expect(number(gradients[0]!)).toBe(8);
      });
    });

    it('allows operations without a gradient', () => {
      tf.tidy(() => {
        const x = tf.tensor1d([-1, 2]);
        const { gradients } = valueAndGradients(() => {
          const mask = withoutGradient(() => tf.cast(tf.greater(x, 0), 'float32'));
          return { loss: tf.sum(tf.mul(mask, tf.square(x))) as tf.Scalar, auxiliary: {} };
        }, [x]);
        expect([...gradients[0]!.dataSync()].map((value) => value + 0)).toEqual([0, 4]);
      });
    });

    it('frees intermediate tensors, and its results belong to the outer tidy', () => {
      const x = tf.scalar(2);
      const result = withoutGradient(() => tf.square(tf.square(x)));
      expect(tf.memory().numTensors - tensorsBefore).toBe(2);
      expect(number(result)).toBe(16);
      tf.dispose([result, x]);
      tf.tidy(() => void withoutGradient(() => tf.scalar(1)));
    });

    it('returns copies of its inputs and of a repeated tensor', () => {
      const x = tf.scalar(2);
      const [given, again, square, sameSquare] = withoutGradient(() => {
        const made = tf.square(x);
        return [x, x, made, made];
      });
      expect([given, again, square, sameSquare].map((tensor) => number(tensor!))).toEqual([2, 2, 4, 4]);
      tf.dispose([given, again, square, sameSquare] as tf.Tensor[]);
      expect(number(x), 'what was given is still there').toBe(2);
      x.dispose();
    });

    it('works again after its function has thrown', () => {
      const attempt = () =>
        withoutGradient(() => {
          throw new Error('in the middle');
        });
      expect(attempt).toThrow('in the middle');
      tf.tidy(() => {
        const x = tf.scalar(3);
        const { gradients } = valueAndGradients(() => ({ loss: tf.square(x), auxiliary: {} }), [x]);
        expect(number(gradients[0]!)).toBe(6);
      });
    });

    it('returns plain values and nestings unchanged', () => {
      const result = withoutGradient(() => ({ count: 3, list: [tf.scalar(1)] }));
      expect(result.count).toBe(3);
      expect(number(result.list[0]!)).toBe(1);
      result.list[0]!.dispose();
    });

    it('can be nested', () => {
      tf.tidy(() => {
        const x = tf.scalar(3);
        const { gradients } = valueAndGradients(() => {
          const c = withoutGradient(() =>
            tf.mul(
              x,
              withoutGradient(() => tf.square(x)),
            ),
          );
          return { loss: tf.mul(c, x) as tf.Scalar, auxiliary: {} };
        }, [x]);
        expect(number(gradients[0]!)).toBe(27);
      });
    });
  });

  it('stopGradient returns the value as a constant', () => {
    tf.tidy(() => {
      const x = tf.scalar(3);
      const { loss, gradients } = valueAndGradients(
        () => ({ loss: tf.mul(x, stopGradient(x)) as tf.Scalar, auxiliary: {} }),
        [x],
      );
      expect([number(loss), number(gradients[0]!)]).toEqual([9, 3]);
    });
  });

  describe('matMul', () => {
    const matrix = (shape: number[], seed: number) =>
      tf.tensor(
        Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(seed + 1.7 * i)),
        shape,
      );

    it.each([
      [
        [2, 3],
        [3, 4],
      ],
      [
        [5, 2, 3],
        [5, 3, 4],
      ],
      [
        [2, 3, 4, 5],
        [2, 3, 5, 1],
      ],
    ])('of %j and %j is the product, and so are its gradients', (left, right) => {
      tf.tidy(() => {
        const [a, b] = [matrix(left, 0), matrix(right, 1)];
        const weights = matrix([...left.slice(0, -1), right.at(-1)!], 2);
        const run = (product: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor) => {
          const { loss, gradients } = valueAndGradients(
            () => ({ loss: tf.sum(tf.mul(product(a, b), weights)) as tf.Scalar, auxiliary: {} }),
            [a, b],
          );
          return [loss, ...gradients];
        };
        const expected = run((a, b) => tf.matMul(a, b));
        run(matMul).forEach((tensor, i) => {
          expect(tensor.shape).toEqual(expected[i]!.shape);
          const difference = tf.max(tf.abs(tf.sub(tensor, expected[i]!)));
          expect(number(difference)).toBeLessThan(1e-5);
        });
      });
    });
  });

  it('rmsNorm makes the mean square 1, and has the gradient of finite differences', () => {
    const x = tf.tidy(() => tf.variable(tf.tensor2d([3, 4, -1, 0.5, 0.01, 2], [2, 3])));
    const [first, second] = tf.tidy(() => rmsNorm(x).arraySync());
    const scale = Math.sqrt((9 + 16 + 1) / 3 + 1e-5);
    [3, 4, -1].forEach((value, i) => expect(first![i]).toBeCloseTo(value / scale, 6));
    expect(second!.reduce((sum, value) => sum + value * value, 0) / 3).toBeCloseTo(1, 4);
    for (const { error } of checkGradients(() => rmsNorm(x), { x })) expect(error).toBeLessThan(1e-3);
    x.dispose();
  });

  it('rmsNorm keeps the zero vector at zero, with a finite gradient', () => {
    tf.tidy(() => {
      const x = tf.zeros([1, 3]);
      const { gradients, auxiliary } = valueAndGradients(() => {
        const y = rmsNorm(x);
        return { loss: tf.sum(y) as tf.Scalar, auxiliary: { y } };
      }, [x]);
      expect([...auxiliary.y.dataSync()]).toEqual([0, 0, 0]);
      for (const value of gradients[0]!.dataSync()) expect(value).toBeCloseTo(1 / Math.sqrt(1e-5), 1);
    });
  });

  it('mapTensors maps every tensor and nothing else', () => {
    const date = new Date(0);
    const before = { a: tf.scalar(1), deep: [{ b: tf.scalar(2) }, 'text', null], date };
    const after = mapTensors(before, (tensor) => tf.add(tensor, 10));
    expect(number(after.a)).toBe(11);
    expect(number((after.deep[0] as { b: tf.Tensor }).b)).toBe(12);
    expect([after.deep[1], after.deep[2], after.date]).toEqual(['text', null, date]);
    expect(number(before.a)).toBe(1);
    for (const { a, deep } of [before, after]) tf.dispose([a, (deep[0] as { b: tf.Tensor }).b]);
  });
});
