import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readRegularFileSync, replaceFile } from '@hrm/files/node';
import { currentGraphBackend, type GraphBackend } from '../native/native-backend';
import { cacheFolder } from '../native/native-cache';
import { thisProcessor } from '../native/processor';
import { chooseProducts } from './choose-products';
import { measureProducts } from './measure-products';
import { describeProducts, parseProducts, type Bfloat16Products } from './product-methods';

/** The methods for products in bfloat16 that are fastest on a machine. */
export interface Bfloat16Choice {
  products: Bfloat16Products;
  /** Whether it was measured just now. */
  isNew: boolean;
}

/** Options of {@link fastestBfloat16Products}. */
export interface Bfloat16ChoiceOptions {
  /** The cache folder. Default: as of `setUpNative`. */
  cache?: string;
  /** Measures and chooses. */
  measure?: () => Bfloat16Products;
}

/**
 * The fastest methods for products in bfloat16 on this processor with this TensorFlow. They are measured once, and kept
 * in the per-user cache. A damaged file there is measured again, as is another processor, another number of threads
 * and another version of TensorFlow.
 *
 * @returns undefined if the current backend is not the native one of `setUpNative`.
 */
export async function fastestBfloat16Products({
  cache,
  measure = () => chooseProducts(measureProducts()),
}: Bfloat16ChoiceOptions = {}): Promise<Bfloat16Choice | undefined> {
  const backend = currentGraphBackend();
  if (!backend) return undefined;
  const machine = describeMachine(backend);
  const folder = join(cacheFolder(cache), 'bfloat16');
  const path = join(folder, `${createHash('sha256').update(machine).digest('hex').slice(0, 16)}.json`);
  const kept = readChoice(path, machine);
  if (kept) return { products: kept, isNew: false };
  const products = measure();
  // Of processes that measured at the same time, such as the runs of a sweep, all take what the first one chose.
  const first = readChoice(path, machine);
  if (first) return { products: first, isNew: false };
  const text = JSON.stringify({ machine, products: describeProducts(products) });
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await replaceFile(path, new TextEncoder().encode(`${text}\n`));
  } catch {
    // Where the cache cannot be written, each process measures.
  }
  return { products, isNew: true };
}

const describeMachine = ({ binding }: GraphBackend): string =>
  JSON.stringify([
    thisProcessor(),
    process.env['TF_NUM_INTRAOP_THREADS'] ?? availableParallelism(),
    binding.TF_Version,
    binding.isUsingGpuDevice() ? 'GPU' : 'CPU',
  ]);

/** The largest file of a choice, in bytes. */
const MAX_BYTES = 2 ** 16;

function readChoice(path: string, machine: string): Bfloat16Products | undefined {
  try {
    const kept = JSON.parse(readRegularFileSync(path, { maxBytes: MAX_BYTES }).toString('utf8')) as {
      machine?: unknown;
      products?: unknown;
    } | null;
    return kept?.machine === machine ? parseProducts(kept.products) : undefined;
  } catch {
    return undefined;
  }
}
