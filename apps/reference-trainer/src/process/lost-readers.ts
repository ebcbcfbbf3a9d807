/** What the system says of a reader that is gone: of a pipe, a terminal, a socket. */
const GONE = ['EPIPE', 'EIO', 'ECONNRESET', 'ENOTCONN', 'ERR_STREAM_DESTROYED'];

/** What a shell expects as the exit status of a program that ended because nobody read on: 128 + SIGPIPE. */
const NOBODY_READS = 141;

const isGone = ({ code }: NodeJS.ErrnoException) => GONE.includes(code ?? '');

/**
 * Ends the process quietly once nobody reads its stdout any longer, as in `hrm ... | head`, and with a message where stdout
 * cannot be written, as on a full disk. Without a reader of stderr it goes on: results are on stdout.
 */
export function endWithoutReaders(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error) => {
    // Whoever goes on without readers listens as well.
    if (process.stdout.listenerCount('error') > 1) return;
    if (isGone(error)) process.exit(NOBODY_READS);
    process.stderr.write(`hrm: stdout cannot be written: ${error.message}\n`);
    process.exit(1);
  });
}

/**
 * Does work that is worth more than what is said of it: it goes on without readers. Where stdout cannot be written for
 * another reason it goes on as well; that is told, and the exit status is 1.
 */
export async function goOnWithoutReaders<T>(work: () => Promise<T>): Promise<T> {
  let isLost = false;
  const onError = (error: NodeJS.ErrnoException) => {
    if (isLost) return;
    isLost = true;
    if (isGone(error)) return;
    process.stderr.write(`hrm: stdout cannot be written: ${error.message}; going on without it\n`);
    process.exitCode = 1;
  };
  process.stdout.on('error', onError);
  try {
    return await work();
  } finally {
    // What is said afterwards is as little missed as what was said before.
    if (!isLost) process.stdout.off('error', onError);
  }
}
