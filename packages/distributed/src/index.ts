export type { Communicator } from './communicator';
export { oneProcess } from './one-process';
export { ranksInProcess } from './ranks-in-process';
export { sumOfRanks } from './sum-of-ranks';
