// What each rank of mpi.test.ts runs.
import { connectMpi } from '@hrm/distributed/mpi';
import { communicatorChecks } from '@hrm/distributed/testing';

const communicator = await connectMpi({ timeoutSeconds: 60 });
const { rank, size } = communicator;
try {
  for (const { name, run } of communicatorChecks) {
    await run(communicator);
    process.stdout.write(`rank ${rank} of ${size}: ${name}\n`);
  }
  await communicator.close();
} catch (error) {
  process.stderr.write(`rank ${rank}: ${error.message}\n`);
  communicator.abort(3);
}
