export { type JsonValue } from './checkpoint/checkpoint-manifest';
export { CheckpointStore, type CheckpointStoreOptions } from './checkpoint/checkpoint-store';
export { loadRun, type LoadedRun, type LoadRunOptions } from './checkpoint/load-run';
export { MetricsLog, type MetricsLogOptions } from './checkpoint/metrics-log';
export { readCheckpoint, type Checkpoint, type ReadCheckpointOptions } from './checkpoint/read-checkpoint';
export { readWeights, type ReadWeightsOptions, type RunWeights } from './checkpoint/read-weights';
export { type LockHolder, RunLockedError } from './checkpoint/lock-claim';
export { RunLock, type RunLockOptions } from './checkpoint/run-lock';
export { writeCheckpoint, type CheckpointContents } from './checkpoint/write-checkpoint';
