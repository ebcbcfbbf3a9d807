/**
 * What our other packages and apps need of this one. It may change in any release; programs use the main entry.
 *
 * @packageDocumentation
 */
export { cacheFolder } from './native/native-cache';
