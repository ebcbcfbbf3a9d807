/**
 * What our other packages need of this one. It may change in any release; programs use the main entry.
 *
 * @packageDocumentation
 */
export { isProgressive } from './schedules/recursion-schedule';
export { observeCore, type ApplicationObserver } from './residuals/observe-core';
