// What our other packages need of this one, and nobody else: it may change in any release.
export { continueTarget } from './controllers/q-learning-halting';
