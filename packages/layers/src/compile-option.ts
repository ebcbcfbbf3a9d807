/**
 * Turns a function of tensors into a faster one with the same results, such as `compile` of `@hrm/runtime`. The
 * function's arguments and result are nestings of tensors and it reads no tensor's values.
 */
export type Compile = <Input extends unknown[], Output>(
  f: (...input: Input) => Output,
) => ((...input: Input) => Output) & { dispose?: () => void };

/** The function as it is. */
export const asItIs: Compile = (f) => f;
