/**
 * Runs `load` without warnings that do not help users: of kernels that the program has already registered, and of
 * deprecated functions in old dependencies.
 */
export function quietly(load: () => void): void {
  const { warn } = console;
  const { noDeprecation } = process;
  console.warn = (...args: unknown[]) => {
    if (!/already (registered|been set)/.test(String(args[0]))) warn(...args);
  };
  process.noDeprecation = true;
  try {
    load();
  } finally {
    console.warn = warn;
    process.noDeprecation = noDeprecation;
  }
}
