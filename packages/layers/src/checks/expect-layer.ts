import { namedParameters, type Layer } from '../layer';
import { describeValue } from './describe-value';
import { expectPart } from './expect-part';

/**
 * Throws unless a value is a layer: an object with the given methods, and a tree of parameters.
 *
 * @param what the owner and name of the part: `ReasoningModule: what block made`.
 * @throws TypeError if it is not.
 */
export function expectLayer(what: string, layer: Layer, methods: readonly string[]): void {
  expectPart(what, layer, methods);
  const { parameters } = layer;
  if (typeof parameters !== 'object' || parameters === null) {
    throw new TypeError(
      `${what} has the parameters ${describeValue(parameters)}, expected a tree of variables and layers, {} for none`,
    );
  }
  try {
    namedParameters(parameters);
  } catch (error) {
    throw new TypeError(`${what} has invalid ${(error as Error).message}`);
  }
}
