/**
 * What our other packages and apps need of this one. It may change in any release; programs use the main entry.
 *
 * @packageDocumentation
 */
export { cacheFolder } from './native/native-cache';
export { describeProcessor, multipliesBfloat16, thisProcessor, type Processor } from './native/processor';

// How products in bfloat16 are computed.
export { fastestBfloat16Products, type Bfloat16Choice } from './bfloat16/bfloat16-choice';
export {
  DEFAULT_PRODUCTS,
  describeProducts,
  parseProducts,
  productsInUse,
  useBfloat16Products,
  type Bfloat16Products,
} from './bfloat16/product-methods';
