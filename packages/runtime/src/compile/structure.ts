import * as tf from '@tensorflow/tfjs-core';

/** A nested value, split into its tensors and the structure around them. */
export interface Structure {
  tensors: tf.Tensor[];
  /** The path of each tensor in the value: `[0].carry.zH`. */
  paths: string[];
  /**
   * All of the value as text, except the tensors' values. Equal texts mean equal structure, types, shapes and values.
   */
  signature: string;
  /** The same value with other tensors. */
  rebuild(tensors: readonly tf.Tensor[]): unknown;
}

const objectIds = new WeakMap<object, number>();
let nextObjectId = 1;

function objectId(object: object): number {
  let id = objectIds.get(object);
  if (id === undefined) objectIds.set(object, (id = nextObjectId++));
  return id;
}

const isPlainObject = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/**
 * Splits plain objects, arrays and maps into their tensors and a structure. Variables and other objects belong to the
 * structure and are compared by identity; numbers, strings and booleans by value.
 */
export function takeApart(value: unknown): Structure {
  const tensors: tf.Tensor[] = [];
  const paths: string[] = [];
  const [signature, rebuild] = visit(value, '');
  return { tensors, paths, signature, rebuild };

  type Rebuild = (tensors: readonly tf.Tensor[]) => unknown;
  function visit(part: unknown, path: string): [string, Rebuild] {
    const same: Rebuild = () => part;
    if (part === null || typeof part !== 'object') {
      if (typeof part === 'function') return [`function#${objectId(part)}`, same];
      return [typeof part === 'string' ? JSON.stringify(part) : Object.is(part, -0) ? '-0' : String(part), same];
    }
    if (part instanceof tf.Variable) return [`variable#${objectId(part)}`, same];
    if (part instanceof tf.Tensor) {
      const index = tensors.push(part) - 1;
      paths.push(path);
      return [`${part.dtype}[${part.shape.join()}]`, (others) => others[index]];
    }
    if (Array.isArray(part)) {
      const parts = part.map((element, index) => visit(element, `${path}[${index}]`));
      return [`[${parts.map(([text]) => text).join()}]`, (others) => parts.map(([, build]) => build(others))];
    }
    if (part instanceof Map) {
      const entries = [...part].map(([key, element]) => [key, visit(element, `${path}.get(${String(key)})`)] as const);
      const text = entries.map(([key, [inner]]) => `${visit(key, path)[0]}=>${inner}`).join();
      return [`Map{${text}}`, (others) => new Map(entries.map(([key, [, build]]) => [key, build(others)]))];
    }
    if (isPlainObject(part)) {
      const entries = Object.entries(part).map(
        ([key, inner]) => [key, visit(inner, path ? `${path}.${key}` : key)] as const,
      );
      const text = entries.map(([key, [inner]]) => `${JSON.stringify(key)}:${inner}`).join();
      return [`{${text}}`, (others) => Object.fromEntries(entries.map(([key, [, build]]) => [key, build(others)]))];
    }
    return [`object#${objectId(part)}`, same];
  }
}
