#!/usr/bin/env node
// Stands in the repository, so that an install links it before dist/ is built.
import { startProgram } from '@hrm/reference-trainer/bin/start-program.js';

await startProgram('hrm-lab', new URL('../', import.meta.url));
