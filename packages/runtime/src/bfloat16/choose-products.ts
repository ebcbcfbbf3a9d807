import {
  DEFAULT_PRODUCTS,
  PRODUCT_KINDS,
  PRODUCT_METHODS,
  type Bfloat16Products,
  type ProductKind,
  type ProductMethod,
} from './product-methods';

/** Seconds of each method in each round, at one shape. */
export type ProductTimes = Readonly<Partial<Record<ProductMethod, readonly number[]>>>;

/** The times for each kind of product, at one or more shapes. */
export type MeasuredTimes = Readonly<Record<ProductKind, readonly ProductTimes[]>>;

/** How much faster a method must be to replace another. Less may be chance, and another run would choose otherwise. */
const LEAST_GAIN = 1.05;

/**
 * Chooses a method for each kind of product: the default, unless another is at least 5% faster in three quarters of the
 * rounds. A third must be so much faster than the better of both. The gain in a round is the geometric mean over the
 * shapes.
 */
export function chooseProducts(times: MeasuredTimes): Bfloat16Products {
  const chosen = PRODUCT_KINDS.map((kind) => [kind, fastestMethod(times[kind], DEFAULT_PRODUCTS[kind])]);
  return Object.fromEntries(chosen) as Bfloat16Products;
}

function fastestMethod(shapes: readonly ProductTimes[], usual: ProductMethod): ProductMethod {
  const isFaster = (method: ProductMethod, than: ProductMethod) => {
    const gains = shapes[0]![than]!.map((_, round) => gainIn(shapes, round, method, than)).sort((a, b) => a - b);
    return gains[Math.floor(gains.length / 4)]! >= LEAST_GAIN;
  };
  const measured = PRODUCT_METHODS.filter((method) => shapes[0]![method]);
  return measured.reduce((best, method) => (method !== best && isFaster(method, best) ? method : best), usual);
}

function gainIn(shapes: readonly ProductTimes[], round: number, method: ProductMethod, than: ProductMethod): number {
  const logarithms = shapes.map((times) => Math.log(times[than]![round]! / times[method]![round]!));
  return Math.exp(logarithms.reduce((sum, value) => sum + value, 0) / shapes.length);
}
