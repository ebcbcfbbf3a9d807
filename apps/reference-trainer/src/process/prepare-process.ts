import { endWithParent } from './end-with-parent';
import { exitWithoutReaders } from './lost-readers';
import { ignoreHangUp, isUnderNohup, startedBy } from './nohup';

/** Prepares a process of ours: sets how it reacts to signals and lost readers, where Node's defaults would surprise. */
export function prepareProcess(): void {
  // Node opens a debugger on this signal, unless there is a listener.
  process.on('SIGUSR1', () => {});
  if (isUnderNohup(startedBy())) process.on('SIGHUP', ignoreHangUp);
  endWithParent();
  exitWithoutReaders();
}
