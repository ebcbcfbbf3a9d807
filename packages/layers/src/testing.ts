export { checkGradients, type GradientCheck, type GradientCheckOptions } from './testing/check-gradients';
export { describeLayer } from './testing/describe-layer';
export { layerChecks, type LayerCheck } from './testing/layer-checks';
export { LayerSubject, type LayerSizes, type LayerTestOptions, type TestableLayer } from './testing/layer-subject';
export { registeredBackends, type TestBackend } from './testing/registered-backends';
