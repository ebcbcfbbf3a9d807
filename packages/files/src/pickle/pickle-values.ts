/** Throws a {@link FileFormatError} that points at the instruction being read. */
export type PickleProblemReporter = (problem: string, expected: string) => never;

/** What a global name in a pickle stands for. Only names that the caller lists exist; nothing is ever imported. */
export interface PickleGlobal {
  readonly name: string;
  /** What calling it does, where the pickle may call it. */
  readonly call?: (args: readonly unknown[], fail: PickleProblemReporter) => unknown;
}

/** A Python tuple or list. */
export class PickleSequence {
  constructor(
    readonly kind: 'tuple' | 'list',
    readonly items: unknown[],
  ) {}
}

/** A Python dict or OrderedDict; keys are strings or integers. */
export class PickleDict {
  readonly entries = new Map<string | number, unknown>();

  constructor(readonly kind: 'dict' | 'OrderedDict') {}
}

/** A Python float, kept apart from integers, which are plain numbers here. */
export class PickleFloat {
  constructor(readonly value: number) {}
}
