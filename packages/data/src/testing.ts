export { describeTask } from './testing/describe-task';
export { taskChecks, type TaskCheck } from './testing/task-checks';
export { TaskSubject, type TaskTestOptions } from './testing/task-subject';
