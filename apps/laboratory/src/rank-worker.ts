import { createInterface } from 'node:readline';
import { gatherJson, oneProcess, type Communicator, type Wire } from '@hrm/distributed';
import type { Trainer } from '@hrm/trainer';
import { connectMpi, launchedRanks } from '@hrm/distributed/mpi';
import {
  type BenchSizes,
  benchTrainer,
  collectGarbage,
  prepareProcess,
  randomBatch,
  startEngine,
  Terminal,
} from '@hrm/cli/internal';
import type { ContenderReply } from './bench/contenders/contender-reply';
import type { WireCall } from './bench/ranks/cost-model';
import { callNotes, loopback } from './bench/ranks/noted-communicators';
import type { RanksJob } from './bench/ranks/ranks-contender';

// One rank of a contender of `hrm-lab bench --ranks`: `mpirun -np N node rank-worker.js JOB`. Rank 0 reads requests from
// stdin, as bench-worker.ts does, passes them to all ranks, and answers.

prepareProcess();

const { sizes, ranks, work, wire, backend, compile } = JSON.parse(process.argv[2]!) as RanksJob;
// A rank may wait for its turn as long as others take.
const world = launchedRanks() ? await connectMpi({ timeoutSeconds: 7 * 24 * 3600 }) : oneProcess();
const notes = callNotes();

try {
  await serve(world);
  await world.close();
} catch (error) {
  process.stderr.write(`rank ${world.rank} on ${world.hosts[world.rank]}: ${(error as Error).message}\n`);
  world.abort(1);
  process.exitCode = 1;
}

/** Answers requests until stdin ends. */
async function serve(world: Communicator): Promise<void> {
  const communicator = { together: world, apart: undefined, loopback: loopback(ranks, notes) }[work];
  const batch = sizes.batch * (communicator?.size ?? 1);
  const puzzles = randomBatch({ ...sizes, batch });
  /** Made for the first step. */
  let trainer: Trainer | undefined;
  const answer = (reply: ContenderReply) => {
    if (world.rank === 0) process.stdout.write(`${JSON.stringify(reply)}\n`);
  };
  await world.barrier();
  answer({ ready: true });
  for await (const request of requests(world)) answer(await respond(request));

  async function respond(request: string): Promise<ContenderReply> {
    const [name, first, format, times] = request.split(' ');
    switch (name) {
      case 'train': {
        const made = (trainer ??= await startTrainer({ ...sizes, batch }, communicator));
        return timed(Number(first), () => made.trainBatch(puzzles));
      }
      case 'allReduce':
        return timed(Number(times), () => world.allReduce(new Float32Array(Number(first) / 4), format as Wire));
      case 'memory':
        return { peakRssMib: Math.round(process.resourceUsage().maxRSS / 1024) };
      default:
        return { error: `unknown request "${request}"` };
    }
  }
}

async function startTrainer(whole: BenchSizes, communicator: Communicator | undefined): Promise<Trainer> {
  const engine = await startEngine(new Terminal(true), { backend, compile });
  const { trainer } = benchTrainer(whole, { ...engine, communicator, wire });
  // As `hrm train` does before the first step.
  collectGarbage();
  return trainer;
}

/** Times some work of all ranks. @returns the mean of the ranks for each time. */
async function timed(times: number, run: () => Promise<unknown>): Promise<ContenderReply> {
  const seconds: number[] = [];
  const calls: WireCall[][] = [];
  await world.barrier();
  const used = process.cpuUsage();
  while (seconds.length < times) {
    notes.begin();
    const started = performance.now();
    await run();
    seconds.push((performance.now() - started) / 1000);
    calls.push([...notes.calls]);
  }
  const { user, system } = process.cpuUsage(used);
  const all = await gatherJson(world, { seconds, processor: (user + system) / 1e6 / times });
  const mean = (of: (rank: (typeof all)[number]) => number) =>
    all.reduce((sum, rank) => sum + of(rank), 0) / all.length;
  return {
    seconds: seconds.map((_, i) => mean((rank) => rank.seconds[i]!)),
    processorSeconds: mean(({ processor }) => processor),
    ...(work === 'loopback' && { calls }),
  };
}

/** The lines that rank 0 reads, on each rank. */
async function* requests(world: Communicator): AsyncGenerator<string> {
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  const pass = async (line: string) => decoder.decode(await world.broadcast(encoder.encode(line)));
  if (world.rank === 0) {
    for await (const line of createInterface({ input: process.stdin })) yield await pass(line);
    await pass('end');
    return;
  }
  for (;;) {
    const line = await pass('');
    if (line === 'end') return;
    yield line;
  }
}
