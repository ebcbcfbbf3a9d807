import { evaluationBatches } from '@hrm/data-sudoku-maze';
import { evaluate } from '@hrm/trainer';
import { z } from 'zod';
import { tokenLossOf } from '../run/build-run';
import { loadRun } from '../run/load-run';
import { countPuzzles, readSplit } from '../run/run-puzzles';
import { backendOptions, startEngine } from '../terminal/backend-options';
import { Progress, Terminal } from '../terminal/terminal';
import { UsageError } from '../terminal/usage-error';

/** Options of `hrm eval`. */
export const evalOptions = z.strictObject({
  ...backendOptions,
  run: z.coerce.string({ error: 'expected the folder of a run' }).min(1),
  data: z.coerce.string().min(1).optional(),
  split: z.enum(['train', 'test']).default('test'),
  checkpoint: z.enum(['newest', 'best']).default('newest'),
  batch: z.int().min(1).optional(),
});

/** `hrm eval --run RUN --data DIR`. */
export async function evalRun(options: z.infer<typeof evalOptions>): Promise<void> {
  const terminal = new Terminal(options.json);
  const engine = await startEngine(terminal, options);
  const { model, config, data, step } = await loadRun(options.run, options.checkpoint, terminal);
  const folder = options.data ?? data;
  if (folder === undefined) throw new UsageError('--data is missing: this run does not know where its puzzles are');
  const puzzles = await readSplit(folder, options.split);
  if (puzzles.metadata.seqLen !== model.seqLen || puzzles.metadata.vocabSize !== model.vocabSize) {
    throw new UsageError(
      `--data: these puzzles have ${puzzles.metadata.seqLen} tokens out of ${puzzles.metadata.vocabSize}, ` +
        `the run's model takes ${model.seqLen} out of ${model.vocabSize}`,
    );
  }
  const total = countPuzzles(puzzles);
  const batchSize = options.batch ?? Math.min(config.training.batchSize, total);
  const bar = new Progress(terminal, 'evaluating', total);
  const started = performance.now();
  const { exactAccuracy, accuracy, meanSegments, count } = await evaluate(
    model,
    evaluationBatches(puzzles, { batchSize }),
    {
      tokenLoss: tokenLossOf(config),
      compile: engine.compile,
      onBatch: ({ batches }) => bar.update(Math.min(total, batches * batchSize)),
    },
  );
  bar.stop();
  const seconds = (performance.now() - started) / 1000;
  terminal.say(
    `Step ${step}, ${count} puzzles: ${(100 * exactAccuracy).toFixed(2)}% wholly right, ` +
      `${(100 * accuracy).toFixed(2)}% of cells, ${meanSegments.toFixed(2)} segments, ${seconds.toFixed(1)} s.`,
  );
  terminal.result({ exactAccuracy, accuracy, meanSegments, count, step, seconds });
  model.dispose();
}
