import { gatherJson, type Communicator } from '@hrm/distributed';
import { configChanges, describeChanges } from '../config/config-changes';
import type { RunConfig } from '../config/run-config';
import { UsageError } from '../command-line/usage-error';

/** What must be the same on all ranks: the config, and other facts by name, such as the backend. */
export interface RankFacts {
  config: RunConfig;
  facts: Readonly<Record<string, string | number>>;
}

/** How a rank differs from rank 0; undefined if it does not. */
function describeDifference(own: RankFacts, first: RankFacts): string | undefined {
  const names = [...new Set([...Object.keys(first.facts), ...Object.keys(own.facts)])];
  const others = names
    .filter((name) => own.facts[name] !== first.facts[name])
    .map((name) => `${name} (${own.facts[name] ?? 'none'}, there ${first.facts[name] ?? 'none'})`);
  const changes = configChanges(first.config, own.config);
  const all = [...others, ...(changes.length > 0 ? [describeChanges(changes, ['there', 'here'])] : [])];
  return all.length > 0 ? all.join(', ') : undefined;
}

/** Waits for all ranks, and makes sure that they are the same. @throws UsageError on every rank, naming one that is not. */
export async function expectEqualRanks(communicator: Communicator | undefined, own: RankFacts): Promise<void> {
  if (!communicator) return;
  const [first, ...others] = await gatherJson(communicator, own);
  for (const [index, other] of others.entries()) {
    const difference = describeDifference(other, first!);
    if (difference === undefined) continue;
    const [host, firstHost] = [communicator.hosts[index + 1], communicator.hosts[0]];
    throw new UsageError(
      `rank ${index + 1} on ${host} differs from rank 0 on ${firstHost}: ${difference}; all ranks must run the same ` +
        'version, config and backend on the same puzzles',
    );
  }
}
