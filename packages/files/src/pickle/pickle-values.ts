/** Throws a {@link FileFormatError} at the instruction that is being read. */
export type PickleProblemReporter = (problem: string, expected: string) => never;

/** A global name that a pickle may use. Only names that the caller lists exist. Nothing is imported. */
export interface PickleGlobal {
  readonly name: string;
  /** The function, if the pickle may call this name. */
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

/** A Python float. Integers are plain numbers here. */
export class PickleFloat {
  constructor(readonly value: number) {}
}
