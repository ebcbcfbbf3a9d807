import * as tf from '@tensorflow/tfjs-core';
import { describeValue } from './checks/describe-value';

/** Parameters by name: variables, layers, lists of layers, or trees of these. */
export interface ParameterTree {
  readonly [name: string]: tf.Variable | Layer | readonly Layer[] | ParameterTree;
}

/**
 * The role of a parameter, which optimizers may treat differently: `hidden` weights, `embedding` tables, the output
 * `head`, the `gain` of a norm.
 */
export type ParameterKind = 'hidden' | 'embedding' | 'head' | 'gain';

/**
 * A layer: a tree of named parameters, and a method `apply` that computes. The arguments of `apply` depend on the kind
 * of layer; tensors are batch first, `[batch, seq, hidden]`.
 */
export interface Layer {
  readonly parameters: ParameterTree;
  /**
   * The role of its parameters, and of inner layers without a `kind`. Default: that of the outer layer, at last
   * `'hidden'`.
   */
  readonly kind?: ParameterKind;
  /**
   * Constant tensors of the layer, such as tables. They are neither trained nor saved; {@link disposeParameters} frees
   * them.
   */
  readonly constants?: readonly tf.Tensor[];
}

/** The parameters of a layer or tree by dotted name, such as `blocks.0.feedForward.down.weight`. */
export type NamedParameters = Map<string, tf.Variable>;

const isLayer = (value: object): value is Layer =>
  'parameters' in value && typeof (value as Layer).parameters === 'object' && !(value instanceof tf.Tensor);

/** The message for a value that is neither a parameter nor a layer. */
function notAParameter(node: unknown, name: string): string {
  const start =
    name === '' ? `parameters: got ${describeValue(node)}` : `parameters: ${name} is ${describeValue(node)}`;
  if (node instanceof tf.Tensor) {
    return `${start}, expected a variable: write tf.variable(tensor), or tf.variable(tensor, false) if it is not trained`;
  }
  if (typeof node === 'function') return `${start}, expected a layer; did you forget to call it?`;
  return `${start}, expected a variable, a layer, or a list or tree of these`;
}

/**
 * Lists all parameters of a layer by dotted name, in a stable order. A variable with several names, such as in a module
 * shared by two levels, is listed once, under the first.
 *
 * @throws TypeError for a value that is neither a variable nor a layer, such as a tensor, which could not be trained.
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
 * Lists the role of each parameter of a layer, by the names of {@link namedParameters}.
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

/** Visits a tree in a stable order. A node with several names is visited once, under the first. */
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
      throw new TypeError(notAParameter(node, name));
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
 * Frees all parameters and constants of a layer. The layer cannot be used afterwards.
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
 * Counts the numbers in a layer's parameters. A part that is used twice counts once.
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
