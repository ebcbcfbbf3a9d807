import { endWithoutReaders } from './lost-readers';
import { isUnderNohup, startedBy } from './nohup';

/** What every process of ours does first: it stays what the shell and its readers made it, whatever Node would do. */
export function prepareProcess(): void {
  // Node opens a debugger on this signal, unless somebody listens.
  process.on('SIGUSR1', () => {});
  if (isUnderNohup(startedBy())) process.on('SIGHUP', () => {});
  endWithoutReaders();
}
