/** A function made faster, and what else it can do. */
export type CompiledFunction<Input extends unknown[], Output> = ((...input: Input) => Output) & {
  /** Frees what was compiled. */
  dispose?: () => void;
  /** Calls it with each of several inputs, at once; without it they are called one after the other. */
  together?: (calls: readonly Input[]) => Output[];
};

/**
 * Turns a function of tensors into a faster one with the same results, such as `compile` of `@hrm/runtime`. The
 * function's arguments and result are nestings of tensors and it reads no tensor's values.
 */
export type Compile = <Input extends unknown[], Output>(
  f: (...input: Input) => Output,
) => CompiledFunction<Input, Output>;

/** Runs a function as it is: the default wherever a {@link Compile} may be given. */
export const uncompiled: Compile = (f) => f;

/** Calls a function, compiled or not, with each of several inputs: at once if it can. */
export function callTogether<Input extends unknown[], Output>(
  f: CompiledFunction<Input, Output>,
  calls: readonly Input[],
): Output[] {
  return f.together?.(calls) ?? calls.map((input) => f(...input));
}
