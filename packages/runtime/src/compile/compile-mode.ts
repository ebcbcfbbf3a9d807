/**
 * How `compile` runs a function. 'xla': as one XLA computation. 'graph': as a TensorFlow graph. 'eager': uncompiled.
 */
export type CompileMode = 'xla' | 'graph' | 'eager';
