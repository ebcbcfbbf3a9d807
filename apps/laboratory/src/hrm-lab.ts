#!/usr/bin/env node
import { prepareProcess, runProgram } from '@hrm/cli/internal';
import { hrmLab } from './main';

prepareProcess();
await runProgram(hrmLab, process.argv.slice(2));
