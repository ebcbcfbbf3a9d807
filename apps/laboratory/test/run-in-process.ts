import { runInProcess as runProgramInProcess } from '../../reference-trainer/test/run-in-process';
import { hrmLab } from '../src/main';

/** Runs a command line of `hrm-lab` in this process. */
export const runInProcess = (args: readonly string[]) => runProgramInProcess(args, hrmLab);
