/** A function, perhaps compiled. */
export type CompiledFunction<Input extends unknown[], Output> = ((...input: Input) => Output) & {
  /** Frees the memory of the compiled form. */
  dispose?: () => void;
  /**
   * Calls the function with each of several inputs at once. Without it the calls are made one after the other.
   */
  together?: (calls: readonly Input[]) => Output[];
};

/**
 * Turns a function of tensors into a faster one with the same results, as `compile` of `@hrm/runtime` does. The
 * function takes and returns nestings of tensors, and reads no tensor's values.
 */
export type Compile = <Input extends unknown[], Output>(
  f: (...input: Input) => Output,
) => CompiledFunction<Input, Output>;

/** Returns the function unchanged: the default of every `compile` option. */
export const uncompiled: Compile = (f) => f;

/** Calls a function with each of several inputs, at once if the function supports it. */
export function callTogether<Input extends unknown[], Output>(
  f: CompiledFunction<Input, Output>,
  calls: readonly Input[],
): Output[] {
  return f.together?.(calls) ?? calls.map((input) => f(...input));
}
