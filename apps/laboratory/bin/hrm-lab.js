#!/usr/bin/env node
// In the repository, so that an install can link it before dist/ is built.
import { startProgram } from '@hrm/cli/bin/start-program.js';

await startProgram('hrm-lab', new URL('../', import.meta.url));
