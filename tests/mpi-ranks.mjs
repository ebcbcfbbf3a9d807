// What each rank of mpi.test.ts runs: node mpi-ranks.mjs check|hang|leave
import { connectMpi } from '@hrm/distributed/mpi';
import { communicatorChecks } from '@hrm/distributed/testing';

const what = process.argv[2];
const communicator = await connectMpi({ timeoutSeconds: what === 'hang' ? 1 : 60 });
const { rank, size } = communicator;
try {
  if (what === 'check') {
    for (const { name, run } of communicatorChecks) {
      await run(communicator);
      process.stdout.write(`rank ${rank} of ${size}: ${name}\n`);
    }
  }
  if (what === 'hang' && rank === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  if (what === 'leave' && rank === 1) process.kill(process.pid, 'SIGKILL');
  await communicator.barrier();
  await communicator.close();
} catch (error) {
  process.stderr.write(`rank ${rank}: ${error.message}\n`);
  communicator.abort(3);
}
