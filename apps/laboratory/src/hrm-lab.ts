#!/usr/bin/env node
import { prepareProcess, runProgram } from '@hrm/reference-trainer/internal';
import { hrmLab } from './main';

prepareProcess();
await runProgram(hrmLab, process.argv.slice(2));
