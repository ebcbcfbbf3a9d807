import * as tf from '@tensorflow/tfjs-core';
import { describeValue } from './checks/describe-value';

/** Parameters by name, as deep as the layer is: variables, other layers, lists of layers, or further trees. */
export interface ParameterTree {
  readonly [name: string]: tf.Variable | Layer | readonly Layer[] | ParameterTree;
}

/**
 * What parameters are for, by which optimizers tell them apart: `hidden` ones between hidden layers, `embedding` tables, the
 * `head` that reads a model's answers, the `gain` of a norm.
 */
export type ParameterKind = 'hidden' | 'embedding' | 'head' | 'gain';

/**
 * A named tree of parameters. What a layer computes is its `apply` method, whose arguments depend on the kind of layer;
 * tensors are batch first, `[batch, seq, hidden]`.
 */
export interface Layer {
  readonly parameters: ParameterTree;
  /** What its parameters are for, and those of the layers in it that do not say. Default `'hidden'`. */
  readonly kind?: ParameterKind;
  /**
   * Tensors that the layer holds beside its parameters and never changes, such as tables. They are neither trained nor
   * saved; {@link disposeParameters} frees them.
   */
  readonly constants?: readonly tf.Tensor[];
}

/** Every parameter below a layer or tree by its dotted name, such as `blocks.0.feedForward.down.weight`. */
export type NamedParameters = Map<string, tf.Variable>;

const isLayer = (value: object): value is Layer =>
  'parameters' in value && typeof (value as Layer).parameters === 'object' && !(value instanceof tf.Tensor);

/** What is wrong with something that stands where a parameter or layer should. */
function misplaced(node: unknown, name: string): string {
  const start =
    name === '' ? `parameters: got ${describeValue(node)}` : `parameters: ${name} is ${describeValue(node)}`;
  if (node instanceof tf.Tensor) {
    return `${start}, expected a variable: make one of it with tf.variable(tensor), or tf.variable(tensor, false) for one that is not trained`;
  }
  if (typeof node === 'function') return `${start}, expected a layer; was it to be called first?`;
  return `${start}, expected a variable, a layer, or a list or tree of these`;
}

/**
 * Lists all parameters below a layer in a stable order, by dotted name. A variable that is reachable by several names
 * (a module shared by two levels, as in TRM) is listed once, under the first.
 *
 * @throws TypeError for what is neither a variable nor a layer, such as a bare tensor, which could not be trained.
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
  visit(root, { parameter: (name, parameter) => found.set(name, parameter) });
  return found;
}

/**
 * What each parameter below a layer is for, as the layers declare it, by the names of {@link namedParameters}.
 *
 * @example
 * ```ts
 * import { Linear, parameterKinds, RandomStream, TokenEmbedding } from '@hrm/layers';
 * import '@tensorflow/tfjs-backend-cpu';
 *
 * const random = new RandomStream(0);
 * const tokens = new TokenEmbedding({ vocabSize: 4, hiddenSize: 8, random });
 * const output = new Linear({ inputSize: 8, outputSize: 4, kind: 'head', random });
 * console.log(parameterKinds({ tokens, output })); // { 'tokens.weight': 'embedding', 'output.weight': 'head' }
 * ```
 */
export function parameterKinds(root: Layer | ParameterTree): { [name: string]: ParameterKind } {
  const kinds: { [name: string]: ParameterKind } = {};
  visit(root, { parameter: (name, _, kind) => (kinds[name] = kind) });
  return kinds;
}

/** Goes through a tree in a stable order; what is reachable by several names is met once, under the first. */
function visit(
  root: Layer | ParameterTree,
  {
    parameter,
    layer,
  }: {
    parameter?: (name: string, value: tf.Variable, kind: ParameterKind) => void;
    layer?: (value: Layer) => void;
  },
): void {
  const seen = new Set<object>();
  const descend = (node: unknown, name: string, outerKind: ParameterKind) => {
    if (typeof node !== 'object' || node === null || (node instanceof tf.Tensor && !(node instanceof tf.Variable))) {
      throw new TypeError(misplaced(node, name));
    }
    if (seen.has(node)) return;
    seen.add(node);
    if (node instanceof tf.Variable) {
      parameter?.(name, node, outerKind);
      return;
    }
    if (isLayer(node)) layer?.(node);
    const tree = isLayer(node) ? node.parameters : node;
    const kind = (isLayer(node) && node.kind) || outerKind;
    for (const [key, child] of Object.entries(tree) as [string, unknown][]) {
      if (child !== undefined) descend(child, name === '' ? key : `${name}.${key}`, kind);
    }
  };
  descend(root, '', 'hidden');
}

/**
 * Frees the memory of every parameter below a layer, and of the constants that layers hold. The layer cannot be used
 * after that.
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
  visit(root, {
    parameter: (_, parameter) => parameter.dispose(),
    layer: ({ constants = [] }) => constants.forEach((constant) => constant.dispose()),
  });
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
