import { z } from 'zod';
import { describeProcessor, describeProducts, thisProcessor } from '@hrm/runtime/internal';
import { benchTicks, runBench } from '../bench/run-bench';
import { backendOptions, precisionOption } from '../command-line/shared-options';
import { preparePrecision } from '../engine/precision';
import { startEngine } from '../engine/engine';
import { defineCommand } from '../command-line/command';
import { count, integer } from '../command-line/options';
import { UsageError } from '../command-line/usage-error';
import { percent } from '../terminal/percent';
import { withProgress } from '../terminal/progress';
import { Terminal } from '../terminal/terminal';

/** Options of `hrm bench`. */
const benchOptions = z.strictObject({
  ...backendOptions,
  ...precisionOption,
  hidden: count('Hidden size').default(128),
  layers: count('Blocks in each of f_H and f_L').default(2),
  heads: count('Attention heads').default(2),
  batch: count('Puzzles in a batch').default(32),
  tokens: count('Tokens in a puzzle').default(81),
  segments: count('Segments in an evaluation').default(16),
  steps: count('Steps to time, after a warm-up').default(6),
  evaluations: integer('Evaluations to time, after a warm-up', { least: 0 }).default(2),
});

/** Tokens of a batch at most. */
const MOST_TOKENS = 2 ** 28;

const between = (range: [number, number], format = (value: number) => value.toFixed(0)) =>
  range.map(format).join(' to ');

/** Runs `hrm bench`. */
async function bench(options: z.infer<typeof benchOptions>): Promise<void> {
  const { hidden, layers, heads, batch, tokens, segments, steps, evaluations, precision = 'float32' } = options;
  if (hidden % heads !== 0 || (hidden / heads) % 2 !== 0) {
    throw new UsageError(`--heads: ${heads} heads do not divide --hidden ${hidden} into heads of even width`);
  }
  if (batch * tokens > MOST_TOKENS) {
    throw new UsageError(
      `--batch: ${batch} puzzles of ${tokens} tokens are ${batch * tokens} tokens, expected at most ${MOST_TOKENS}`,
    );
  }
  const terminal = new Terminal(options.json);
  const started = await startEngine(terminal, options);
  terminal.say(
    `HRM, hidden ${hidden}, ${layers}+${layers} layers, ${heads} heads, batch ${batch}, ${tokens} tokens, ${precision}, ${options.compile}`,
  );
  const processor = thisProcessor();
  terminal.say(describeProcessor(processor));
  const engine = await preparePrecision(started, { precision }, terminal);
  const size = { hidden, layers, heads, batch, tokens, segments, precision };
  const result = await withProgress(terminal, 'steps', benchTicks({ steps, evaluations }), (progress) =>
    runBench(size, { steps, evaluations }, engine, progress),
  );
  const {
    stepSeconds,
    stepSecondsRange,
    firstStepSeconds,
    samplesPerSecond,
    evaluationSeconds,
    matmulGflops,
    matmulGflopsRange,
    matmulShare,
    matmulShareRange,
    peakRssMib,
  } = result;
  terminal.say(
    `training step   ${stepSeconds.toFixed(4)} s (${stepSecondsRange.map((s) => s.toFixed(4)).join(' to ')}), the first ${firstStepSeconds.toFixed(2)} s`,
  );
  terminal.say(`samples/s       ${samplesPerSecond.toFixed(1)}`);
  if (evaluations > 0)
    terminal.say(`evaluation      ${evaluationSeconds.toFixed(3)} s for a batch, ${segments} segments`);
  terminal.say(
    `matmul speed    ${matmulGflops.toFixed(0)} GFLOP/s (${between(matmulGflopsRange)}); a step reaches ${percent(matmulShare, 0)} of it (${between(matmulShareRange, (share) => percent(share, 0))})`,
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
    precision,
    processor,
    ...(engine.products && { products: describeProducts(engine.products) }),
    ...result,
  });
}

export const benchCommand = defineCommand({
  name: 'bench',
  summary: 'Time training steps and evaluations at one size',
  options: benchOptions,
  examples: ['hrm bench --hidden 128 --layers 2 --heads 2 --batch 128 --tokens 81 --json'],
  run: bench,
});
