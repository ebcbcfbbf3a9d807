#!/usr/bin/env node
import { isUnderNohup, startedBy } from './run/nohup';
import { endWithoutReaders } from './terminal/lost-readers';

// Node opens a debugger on this signal, unless somebody listens.
process.on('SIGUSR1', () => {});
if (isUnderNohup(startedBy())) process.on('SIGHUP', () => {});
endWithoutReaders();

// Loading it takes a while, in which a signal may come.
const { main } = await import('./main');
await main(process.argv.slice(2));
