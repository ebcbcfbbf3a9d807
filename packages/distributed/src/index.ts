export type { Communicator } from './communicator';
export { gatherJson } from './gather-json';
export { oneProcess } from './one-process';
export { ranksInProcess } from './ranks-in-process';
export { WIRES, type Wire } from './wire';
