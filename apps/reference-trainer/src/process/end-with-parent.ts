import { exitStatusOf } from './stop-signals';

/** The variable by which a process says that its children end with it. They have a channel to it. */
const VARIABLE = 'HRM_ENDS_WITH_PARENT';

/** The environment of a child that ends with this process. @param environment default that of this process. */
export const endingWithParent = (environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv => ({
  ...environment,
  [VARIABLE]: '1',
});

/**
 * In such a child: when the channel to the parent closes, even because the parent was killed, acts as on SIGTERM. So a
 * training saves. This also works on Windows, where signals do not.
 */
export function endWithParent(): void {
  if (process.env[VARIABLE] === undefined) return;
  delete process.env[VARIABLE];
  const end = () => {
    if (!process.emit('SIGTERM')) process.exit(exitStatusOf('SIGTERM'));
  };
  // It may have closed before this process could listen.
  const { channel } = process;
  if (!channel) return end();
  process.once('disconnect', end);
  // The listener alone keeps no process running.
  channel.unref();
}
