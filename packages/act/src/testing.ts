export type { ControllerCheck } from './testing/controller-check';
export { controllerChecks } from './testing/controller-checks';
export { ControllerSubject, type ControllerSizes, type ControllerTestOptions } from './testing/controller-subject';
export { describeController } from './testing/describe-controller';
export { ProbeNetwork, type ProbeNetworkOptions } from './testing/probe-network';
export { registeredBackends, type TestBackend } from '@hrm/layers/testing';
