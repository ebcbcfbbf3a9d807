import { FileFormatError } from './file-format-error';

/** Memory that a reader may take for a file of any size. */
const freeBytes = 64 * 2 ** 20;

/**
 * Limits the memory of a reader to twice the size of its file plus 64 MiB.
 *
 * Some formats let a file use one stored byte many times (a tensor expanded with stride 0, a storage under a thousand
 * names). A small file could then fill the memory. So each allocation is charged before it is made.
 */
export class AllocationBudget {
  #left: number;

  constructor(
    fileBytes: number,
    readonly path: string | undefined,
  ) {
    this.#left = 2 * fileBytes + freeBytes;
  }

  /** Takes `bytes` of memory for the value at `offset` of the file. Refuses the file when too little is left. */
  take(bytes: number, offset: number): void {
    this.#left -= bytes;
    if (this.#left >= 0) return;
    throw new FileFormatError({
      path: this.path,
      offset,
      problem: 'reading further would take too much memory for a file of this size',
      expected: 'at most twice the file plus 64 MiB',
    });
  }
}
