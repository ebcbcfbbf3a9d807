import * as tf from '@tensorflow/tfjs-core';

/** Parameters by name, as deep as the layer is: variables, other layers, lists of layers, or further trees. */
export interface ParameterTree {
  readonly [name: string]: tf.Variable | Layer | readonly Layer[] | ParameterTree;
}

/**
 * A named tree of parameters. What a layer computes is its `apply` method, whose arguments depend on the kind of layer;
 * tensors are batch first, `[batch, seq, hidden]`.
 */
export interface Layer {
  readonly parameters: ParameterTree;
}

/** Every parameter below a layer or tree by its dotted name, such as `blocks.0.feedForward.down.weight`. */
export type NamedParameters = Map<string, tf.Variable>;

const isLayer = (value: object): value is Layer =>
  'parameters' in value && typeof (value as Layer).parameters === 'object' && !(value instanceof tf.Tensor);

/**
 * Lists all parameters below a layer in a stable order, by dotted name. A variable that is reachable by several names
 * (a module shared by two levels, as in TRM) is listed once, under the first.
 *
 * @example
 * ```ts
 * import { Linear, RandomStream, namedParameters } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const layer = new Linear({ inputSize: 4, outputSize: 2, bias: true, random: new RandomStream(0) });
 * console.log([...namedParameters(layer).keys()]); // ['weight', 'bias']
 * ```
 */
export function namedParameters(root: Layer | ParameterTree): NamedParameters {
  const found: NamedParameters = new Map();
  const seen = new Set<object>();
  const visit = (node: tf.Variable | Layer | readonly Layer[] | ParameterTree, name: string) => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node instanceof tf.Variable) {
      found.set(name, node);
      return;
    }
    const tree = isLayer(node) ? node.parameters : (node as ParameterTree);
    for (const [key, child] of Object.entries(tree)) visit(child, name === '' ? key : `${name}.${key}`);
  };
  visit(root, '');
  return found;
}

/**
 * Frees the memory of every parameter below a layer. The layer cannot be used after that.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { disposeParameters, Linear, RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const layer = new Linear({ inputSize: 4, outputSize: 2, random: new RandomStream(0) });
 * disposeParameters(layer);
 * console.log(tf.memory().numTensors); // 0
 * ```
 */
export function disposeParameters(root: Layer | ParameterTree): void {
  for (const parameter of namedParameters(root).values()) parameter.dispose();
}

/**
 * How many numbers a layer's parameters hold; those of a part that is used twice count once.
 *
 * @example
 * ```ts
 * import { countParameters, Linear, RandomStream } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * console.log(countParameters(new Linear({ inputSize: 4, outputSize: 2, bias: true, random: new RandomStream(0) }))); // 10
 * ```
 */
export function countParameters(root: Layer | ParameterTree): number {
  let count = 0;
  for (const parameter of namedParameters(root).values()) count += parameter.size;
  return count;
}
