/**
 * How a product of two matrices in bfloat16 is computed in a graph for XLA. Each method rounds both factors to bfloat16
 * and sums in float32, so they differ only in the order of the sums.
 *
 * - `bfloat16`: bfloat16 factors (`BatchMatMulV3`). XLA may fold a transposition into the product.
 * - `bfloat16-copied`: the same, and a left factor that is transposed is copied first.
 * - `float32`: the rounded factors are multiplied in float32.
 */
export const PRODUCT_METHODS = ['bfloat16', 'bfloat16-copied', 'float32'] as const;
export type ProductMethod = (typeof PRODUCT_METHODS)[number];

/** The kinds of products, each with its default method. Attention's are batches; gradients' left factor is transposed. */
export const DEFAULT_PRODUCTS = {
  weights: 'bfloat16',
  weightGradients: 'bfloat16-copied',
  attention: 'bfloat16',
  attentionGradients: 'bfloat16-copied',
} as const satisfies { readonly [kind: string]: ProductMethod };
export type ProductKind = keyof typeof DEFAULT_PRODUCTS;

/** The method for each kind of product. */
export type Bfloat16Products = Readonly<Record<ProductKind, ProductMethod>>;

export const PRODUCT_KINDS = Object.keys(DEFAULT_PRODUCTS) as ProductKind[];

let current: Bfloat16Products = DEFAULT_PRODUCTS;

/** Makes later recordings use these methods. Functions that are compiled already keep theirs. */
export function useBfloat16Products(products: Bfloat16Products): void {
  current = products;
}

/** The methods that {@link useBfloat16Products} has set. */
export const productsInUse = (): Bfloat16Products => current;

/** The method for one product. */
export function productMethod(rank: number, isLeftTransposed: boolean): ProductMethod {
  if (rank === 2) return isLeftTransposed ? current.weightGradients : current.weights;
  return isLeftTransposed ? current.attentionGradients : current.attention;
}

/** The methods as one line: `weights=bfloat16 weightGradients=bfloat16-copied ...`. */
export const describeProducts = (products: Bfloat16Products): string =>
  PRODUCT_KINDS.map((kind) => `${kind}=${products[kind]}`).join(' ');

/** Reads what {@link describeProducts} wrote; undefined if it is anything else. */
export function parseProducts(text: unknown): Bfloat16Products | undefined {
  if (typeof text !== 'string') return undefined;
  const products = Object.fromEntries(text.split(' ').map((part) => part.split('='))) as Bfloat16Products;
  const isKnown = PRODUCT_KINDS.every((kind) => PRODUCT_METHODS.includes(products[kind]));
  return isKnown && describeProducts(products) === text ? products : undefined;
}
