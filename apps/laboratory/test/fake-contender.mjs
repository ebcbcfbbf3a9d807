// Stands in for a contender: answers in its words, with figures given on the command line, and appends what it was asked
// to a file that all share. `node fake-contender.mjs '{"name":"a","log":"FILE","seconds":0.5,...}'`
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const {
  name,
  log,
  seconds = 1,
  gflops = 100,
  memory = 1000,
  failAt,
  errors = 'out of memory\n',
  notReady,
  printNoise,
} = JSON.parse(process.argv[2]);
const answer = (reply) => process.stdout.write(`${JSON.stringify(reply)}\n`);
if (printNoise) process.stdout.write('Hello from a library\n{not JSON\n');
if (notReady) {
  process.stderr.write('first line\nno module named torch\n');
  process.exit(3);
}
answer({ ready: true, versions: { [name]: '1.0' }, threads: 2, parameters: 10 });
let trained = 0;
for await (const line of createInterface({ input: process.stdin })) {
  appendFileSync(log, `${name}: ${line}\n`);
  const [request, count] = line.split(' ');
  if (failAt === request) {
    process.stderr.write(errors);
    process.exit(1);
  }
  if (request === 'train')
    answer({ seconds: Array.from({ length: Number(count) }, () => seconds * (trained++ === 0 ? 10 : 1)) });
  else if (request === 'evaluate') answer({ seconds: Array.from({ length: Number(count) }, () => 4 * seconds) });
  else if (request === 'matmul') answer({ gflops });
  else if (request === 'memory') answer({ peakRssMib: memory });
  else answer({ error: `"${request}" is no request` });
}
