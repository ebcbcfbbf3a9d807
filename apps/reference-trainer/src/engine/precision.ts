import type { Communicator } from '@hrm/distributed';
import { hasBfloat16, type Precision } from '@hrm/layers';
import {
  DEFAULT_PRODUCTS,
  describeProducts,
  fastestBfloat16Products,
  parseProducts,
  useBfloat16Products,
} from '@hrm/runtime/internal';
import { firstOfRanks, isFirstRank } from '../ranks/agree';
import type { Terminal } from '../terminal/terminal';
import type { Engine } from './engine';

/** Options of {@link preparePrecision}. */
interface PrecisionOptions {
  /** How a run that is resumed has multiplied, as {@link recordedProducts} gives it. Default: the fastest way here. */
  recorded?: string | undefined;
  /** The ranks that train together. All multiply as rank 0 does. Default: one process. */
  communicator?: Communicator | undefined;
}

/**
 * Prepares an engine for the precision of a model, before anything is compiled. For bfloat16 it chooses how to multiply,
 * and prints that, or says that this backend has no bfloat16.
 */
export async function preparePrecision<E extends Pick<Engine, 'compileMode'>>(
  engine: E,
  { precision }: { precision?: Precision | undefined },
  terminal: Terminal,
  { recorded, communicator }: PrecisionOptions = {},
): Promise<E & Pick<Engine, 'products'>> {
  if (precision !== 'bfloat16') return engine;
  if (!hasBfloat16()) {
    terminal.say('This backend has no bfloat16: the model computes in float32, with the same weights.');
    return engine;
  }
  // Only XLA has several ways to multiply.
  if (engine.compileMode !== 'xla') return engine;
  const own = isFirstRank(communicator) ? await fastestBfloat16Products() : undefined;
  const fastest = parseProducts(await firstOfRanks(communicator, own && describeProducts(own.products)));
  if (!fastest) return engine;
  const products = parseProducts(recorded) ?? fastest;
  useBfloat16Products(products);
  terminal.say(
    `Products in bfloat16: ${describeProducts(products)} ${describeChoice(recorded, describeProducts(fastest), own?.isNew)}`,
  );
  return { ...engine, products };
}

function describeChoice(recorded: string | undefined, fastest: string, isNew: boolean | undefined): string {
  if (recorded === fastest || recorded === undefined) return isNew ? '(measured now)' : '(measured before)';
  return parseProducts(recorded)
    ? `(as recorded in the run; this machine is faster with ${fastest})`
    : `(the run recorded "${recorded}", which this version does not know: the last bits of its numbers will differ)`;
}

/** How a run has multiplied in bfloat16, from its checkpoint. Before there was a choice, all used the default. */
export const recordedProducts = (
  machine: Readonly<Record<string, string>> | undefined,
  { precision }: { precision: Precision },
): string | undefined =>
  precision === 'bfloat16' ? (machine?.['bfloat16'] ?? describeProducts(DEFAULT_PRODUCTS)) : undefined;
