#!/usr/bin/env node
// In the repository, so that an install can link it before dist/ is built.
import { startProgram } from './start-program.js';

await startProgram('hrm', new URL('../', import.meta.url));
