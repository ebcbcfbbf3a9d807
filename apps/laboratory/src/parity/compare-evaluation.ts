import type { TokenLoss } from '@hrm/act';
import type { NamedHostTensors } from '@hrm/files';
import type { Compile } from '@hrm/layers';
import type { RecursiveReasoner } from '@hrm/models';
import { toHostTensor } from '@hrm/models/internal';
import { evaluate } from '@hrm/trainer';
import { BOUNDS, type Comparison } from './comparison';
import { METRICS } from './compare-segment';
import { hostScalar } from './host-tensors';
import { recordedBatch } from './recorded-batch';

/** Evaluates the recorded batch, and compares the logits of each segment and the metrics with the recorded ones. */
export async function compareEvaluation(
  comparison: Comparison,
  model: RecursiveReasoner,
  recorded: NamedHostTensors,
  { tokenLoss, compile }: { tokenLoss: TokenLoss; compile: Compile },
): Promise<void> {
  const { count, totals } = await evaluate(model, [recordedBatch(recorded)], {
    tokenLoss,
    compile,
    onSegment: async ({ logits, haltLogits }, k) => {
      for (const [name, tensor] of [
        ['logits', logits],
        ['q_halt_logits', haltLogits['halt']],
        ['q_continue_logits', haltLogits['continue']],
      ] as const) {
        const ours = tensor && (await toHostTensor(tensor));
        comparison.compare({
          quantity: `evaluation ${name}`,
          where: `segment ${k}`,
          ours,
          theirs: recorded.get(`${k}.${name}`),
          bound: BOUNDS.value,
        });
      }
    },
  });
  for (const [name, official, bound] of METRICS) {
    const expected = recorded.get(`metric.${official}`);
    const ours = hostScalar(name === 'count' ? count : (totals[name]?.total ?? Number.NaN));
    if (expected)
      comparison.compare({ quantity: `evaluation ${official}`, where: 'evaluation', ours, theirs: expected, bound });
  }
}
