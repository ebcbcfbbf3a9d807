import type { Communicator } from '@hrm/distributed';
import { connectMpi, launchedRanks } from '@hrm/distributed/mpi';
import { withPrintedCommands } from '../command-line/printed-command';
import { statusOfError } from '../command-line/run-program';
import { visibleText } from '../terminal/visible-text';
import { afterFirstRank } from './after-first-rank';

/** Replaces the output of this process by nothing. @returns a function that writes to stderr all the same. */
function muteOutput(): (text: string) => void {
  const write = process.stderr.write.bind(process.stderr);
  const nothing: typeof write = (_, ...callbacks: unknown[]) => {
    const done = callbacks.find((one) => typeof one === 'function') as (() => void) | undefined;
    if (done) process.nextTick(done);
    return true;
  };
  process.stdout.write = nothing;
  process.stderr.write = nothing;
  return (text) => void write(text);
}

/**
 * Does work as one of the ranks that `mpirun` or `srun` started; without them, as one process. Only rank 0 prints. A
 * rank that fails says on which host, and ends all others.
 *
 * @param work takes the communicator; undefined for one process.
 */
export async function runOnRanks(
  { timeout: timeoutSeconds }: { timeout: number },
  work: (communicator: Communicator | undefined) => Promise<void>,
): Promise<void> {
  const launched = launchedRanks();
  if (!launched) return work(undefined);
  const { rank, size } = launched;
  const say = rank === 0 ? (text: string) => void process.stderr.write(text) : muteOutput();
  let communicator: Communicator | undefined;
  const fail = async (error: unknown): Promise<never> => {
    await afterFirstRank();
    const host = communicator ? ` on ${communicator.hosts[rank]}` : '';
    const message = withPrintedCommands(error instanceof Error ? error.message : String(error));
    say(visibleText(`hrm: rank ${rank} of ${size}${host}: ${message}\n`));
    const status = statusOfError(error);
    communicator?.abort(status);
    process.exit(status);
  };
  process.once('uncaughtException', (error) => void fail(error));
  try {
    communicator = await connectMpi({ timeoutSeconds });
    await work(communicator);
    await communicator.close();
  } catch (error) {
    await fail(error);
  }
}
