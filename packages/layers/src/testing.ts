export { checkGradients, type GradientCheck, type GradientCheckOptions } from './testing/check-gradients';
export { describeLayer } from './testing/describe-layer';
export { gradientFault, NOT_FINITE } from './testing/gradient-fault';
export type { LayerCheck } from './testing/layer-check';
export { layerChecks } from './testing/layer-checks';
export { LayerSubject, type LayerSizes, type LayerTestOptions, type TestableLayer } from './testing/layer-subject';
export { normalTensor } from './testing/normal-tensor';
export { brief, distanceOf, expectThat, explained, PartFault } from './testing/part-fault';
export { registeredBackends, type TestBackend } from './testing/registered-backends';
