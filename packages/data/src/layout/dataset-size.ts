import { expectObject } from '@hrm/files/internal';
import { IGNORED_LABEL } from '../tokens';

/** The most bytes of the tokens in one array, in memory and in a file. Sets that are larger are streamed. */
const MAX_BYTES = 2 ** 31 - 2 ** 16;

/** Whether tokens are stored as bytes: all of them fit, and so does the label without a loss. */
export const fitBytes = (vocabSize: number, ignored = 0): boolean => vocabSize <= 256 && ignored >= 0;

/**
 * Checks that a data set in memory is not too large, before work is done for it. Each example takes `seqLen` tokens, so
 * one long example can make a data set too large.
 *
 * @param examples how many there are.
 * @param sizes those of the data set, or a `Task`.
 * @returns the bytes of the array of inputs or of labels, of the larger one.
 * @throws RangeError that names the sizes.
 *
 * @example
 * ```ts
 * import { expectDatasetSize } from '@hrm/data';
 *
 * expectDatasetSize(1000, { seqLen: 81, vocabSize: 11 });
 * try {
 *   expectDatasetSize(1000, { seqLen: 1e9, vocabSize: 11 });
 * } catch (error) {
 *   console.log(String(error)); // ... 1,000 examples of 1,000,000,000 tokens take 931.3 GiB, expected at most 2
 * }
 * ```
 */
export function expectDatasetSize(
  examples: number,
  sizes: { seqLen: number; vocabSize: number; answerPadding?: 'learned' | 'ignored' },
): number {
  expectObject('expectDatasetSize', sizes, ['seqLen', 'vocabSize']);
  const { seqLen, vocabSize, answerPadding = 'ignored' } = sizes;
  const isNarrow = fitBytes(vocabSize, answerPadding === 'learned' ? IGNORED_LABEL : 0);
  const bytes = examples * seqLen * (isNarrow ? 1 : 4);
  if (!(bytes > MAX_BYTES)) return bytes;
  const [count, length] = [examples, seqLen].map((number) => number.toLocaleString('en-US'));
  throw new RangeError(
    `${count} example${examples === 1 ? '' : 's'} of ${length} tokens take ${(bytes / 2 ** 30).toFixed(1)} GiB, ` +
      'expected at most 2; give fewer or shorter ones',
  );
}
