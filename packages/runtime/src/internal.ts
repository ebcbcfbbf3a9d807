// What our other packages and apps need of this one, and nobody else: it may change in any release.
export { cacheFolder } from './native/native-cache';
