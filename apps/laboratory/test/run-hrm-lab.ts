import { builtProgram, runProgramFile } from '../../reference-trainer/test/run-hrm';

const program = builtProgram(new URL('../dist/hrm-lab.js', import.meta.url));

/** Runs the command as a user does. */
export const runHrmLab = (args: readonly string[]) => runProgramFile(program, args);
