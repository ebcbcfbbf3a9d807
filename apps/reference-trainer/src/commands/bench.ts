import { z } from 'zod';
import { runBench } from '../bench/run-bench';
import { backendOptions, startEngine } from '../terminal/backend-options';
import { Progress, Terminal } from '../terminal/terminal';
import { UsageError } from '../terminal/usage-error';

const count = z.int().min(1);

/** Options of `hrm bench`. */
export const benchOptions = z.strictObject({
  ...backendOptions,
  hidden: count.default(128),
  layers: count.default(2),
  heads: count.default(2),
  batch: count.default(32),
  tokens: count.default(81),
  segments: count.default(16),
  steps: count.default(6),
  evaluations: z.int().min(0).default(2),
});

/** `hrm bench --hidden N --layers N --heads N --batch N --tokens N`. */
export async function bench(options: z.infer<typeof benchOptions>): Promise<void> {
  const { hidden, layers, heads, batch, tokens, segments, steps, evaluations, json } = options;
  if (hidden % heads !== 0 || (hidden / heads) % 2 !== 0) {
    throw new UsageError(`--heads: ${heads} heads do not divide --hidden ${hidden} into heads of even width`);
  }
  const terminal = new Terminal(json);
  const engine = await startEngine(terminal, options);
  terminal.say(
    `HRM, hidden ${hidden}, ${layers}+${layers} layers, ${heads} heads, batch ${batch}, ${tokens} tokens, float32, ${options.compile}`,
  );
  const progress = new Progress(terminal, 'steps', steps + evaluations + 2);
  const result = await runBench(
    { hidden, layers, heads, batch, tokens, segments },
    { steps, evaluations },
    engine,
    progress,
  );
  progress.stop();
  const {
    stepSeconds,
    stepSecondsRange,
    firstStepSeconds,
    samplesPerSecond,
    evaluationSeconds,
    matmulGflops,
    matmulShare,
    peakRssMib,
  } = result;
  terminal.say(
    `training step   ${stepSeconds.toFixed(4)} s (${stepSecondsRange.map((s) => s.toFixed(4)).join(' to ')}), the first ${firstStepSeconds.toFixed(2)} s`,
  );
  terminal.say(`samples/s       ${samplesPerSecond.toFixed(1)}`);
  if (evaluations > 0)
    terminal.say(`evaluation      ${evaluationSeconds.toFixed(3)} s a batch of ${segments} segments`);
  terminal.say(
    `matmul speed    ${matmulGflops.toFixed(0)} GFLOP/s; a step reaches ${(100 * matmulShare).toFixed(0)}% of it`,
  );
  terminal.say(`peak memory     ${peakRssMib} MiB`);
  terminal.result({
    backend: engine.backend.name,
    compile: options.compile,
    hidden,
    layers,
    heads,
    batch,
    tokens,
    segments,
    ...result,
  });
}
