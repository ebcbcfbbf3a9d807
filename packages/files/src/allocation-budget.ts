import { FileFormatError } from './file-format-error';

/** Memory that a reader may take whatever the size of its file. */
const freeBytes = 64 * 2 ** 20;

/**
 * Keeps what a reader allocates within twice its file plus 64 MiB.
 *
 * Formats that let one stored byte be used many times (a tensor expanded with stride 0, a storage under a thousand
 * names) make bombs of small files; charging each allocation before it is made defuses them.
 */
export class AllocationBudget {
  #left: number;

  constructor(
    fileBytes: number,
    readonly path: string | undefined,
  ) {
    this.#left = 2 * fileBytes + freeBytes;
  }

  /** Takes `bytes` of memory for what stands at `offset` of the file; refuses the file when there is not so much left. */
  take(bytes: number, offset: number): void {
    this.#left -= bytes;
    if (this.#left >= 0) return;
    throw new FileFormatError({
      path: this.path,
      offset,
      problem: 'reading on would take more memory than such a file deserves',
      expected: 'at most twice the file plus 64 MiB',
    });
  }
}
