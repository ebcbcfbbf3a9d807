#!/usr/bin/env node
import { prepareProcess } from './process/prepare-process';

prepareProcess();

// Imported late: loading takes a while, and a signal may come meanwhile.
const [{ hrm }, { runProgram }] = await Promise.all([import('./main'), import('./command-line/run-program')]);
await runProgram(hrm, process.argv.slice(2));
