/** Error codes of a pipe, terminal or socket that nobody reads any more. */
const LOST_READER = ['EPIPE', 'EIO', 'ECONNRESET', 'ENOTCONN', 'ERR_STREAM_DESTROYED'];

/** The exit status that shells expect of a program that lost its reader: 128 + SIGPIPE. */
const LOST_READER_STATUS = 141;

const isLostReader = ({ code }: NodeJS.ErrnoException) => LOST_READER.includes(code ?? '');

/**
 * Exits quietly when nobody reads stdout any more, as in `hrm ... | head`, and with a message when stdout cannot be
 * written, as on a full disk. A lost reader of stderr does not matter: results are on stdout.
 */
export function exitWithoutReaders(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error) => {
    // `continueWithoutReaders` listens too.
    if (process.stdout.listenerCount('error') > 1) return;
    if (isLostReader(error)) process.exit(LOST_READER_STATUS);
    process.stderr.write(`hrm: stdout cannot be written: ${error.message}\n`);
    process.exit(1);
  });
}

/**
 * Does work that is worth more than its output, such as training: it continues without readers. If stdout cannot be
 * written for another reason, it continues too, with a message and exit status 1.
 */
export async function continueWithoutReaders<T>(work: () => Promise<T>): Promise<T> {
  let isLost = false;
  const onError = (error: NodeJS.ErrnoException) => {
    if (isLost) return;
    isLost = true;
    if (isLostReader(error)) return;
    process.stderr.write(`hrm: stdout cannot be written: ${error.message}; continuing without it\n`);
    process.exitCode = 1;
  };
  process.stdout.on('error', onError);
  try {
    return await work();
  } finally {
    // After a loss keep listening: later output fails too.
    if (!isLost) process.stdout.off('error', onError);
  }
}
