#!/usr/bin/env node
// Stands in the repository, so that an install links it before dist/ is built.
import { startProgram } from './start-program.js';

await startProgram('hrm', new URL('../', import.meta.url));
