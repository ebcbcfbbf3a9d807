/**
 * What the tests of the lock run many of at once: `node locking-program.mjs RUN MODE [ROUNDS]`.
 *
 * take: holds the lock ROUNDS times, for a moment each, however often it is refused. die: as take, but in its last round
 * kills itself while it holds the lock. wait: tries once; when it has the lock, holds it until its input closes. exit: takes
 * the lock and exits. In the folder `critical` two can never be at once; who finds it there says "overlap".
 */
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunLockedError } from '../../src/checkpoint/lock-claim';
import { RunLock } from '../../src/checkpoint/run-lock';

const [run = '', mode, rounds = '1'] = process.argv.slice(2);

async function tryLock(): Promise<RunLock | undefined> {
  try {
    return await RunLock.acquire(run);
  } catch (error) {
    if (!(error instanceof RunLockedError)) throw error;
    if (mode === 'wait') console.log(`refused: ${error.message}`);
    return undefined;
  }
}

/** Works on what only one may work on. */
async function work(): Promise<void> {
  try {
    mkdirSync(join(run, 'critical'));
  } catch {
    console.log('overlap');
  }
  await sleep(3 * Math.random());
  rmdirSync(join(run, 'critical'));
}

if (mode === 'wait' || mode === 'exit') {
  const lock = await tryLock();
  if (lock !== undefined) {
    console.log(`held by ${process.pid}`);
    if (mode === 'exit') process.exit(0);
    await new Promise((resolve) => process.stdin.on('end', resolve).resume());
    await lock.release();
  }
} else {
  for (let held = 0; held < Number(rounds);) {
    const lock = await tryLock();
    if (lock === undefined) {
      await sleep(10 * Math.random());
      continue;
    }
    held++;
    await work();
    if (mode === 'die' && held === Number(rounds)) process.kill(process.pid, 'SIGKILL');
    await lock.release();
  }
  console.log('done');
}
