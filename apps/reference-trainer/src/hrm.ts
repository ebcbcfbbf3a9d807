#!/usr/bin/env node
import { prepareProcess } from './process/prepare-process';

prepareProcess();

// Loading it takes a while, in which a signal may come.
const [{ hrm }, { runProgram }] = await Promise.all([import('./main'), import('./command-line/run-program')]);
await runProgram(hrm, process.argv.slice(2));
