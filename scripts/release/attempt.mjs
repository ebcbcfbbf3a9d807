/** What was tried so far. */
export const count = { passed: 0, failed: 0, unknown: 0 };

/** What a try returns that could not be made here, with the reason. It neither passed nor failed. */
export const notChecked = (reason) => ({ unknown: `not checked: ${reason}` });

/**
 * Tries one thing, and prints a row about it. Faults are an error, or a list of texts that it returns; another text is a
 * note.
 *
 * @returns {Promise<boolean>} whether it passed.
 */
export async function attempt(title, work) {
  const start = performance.now();
  let result;
  try {
    result = await work();
  } catch (error) {
    result = [error.message];
  }
  const faults = Array.isArray(result) ? result : [];
  const state = faults.length > 0 ? 'failed' : result?.unknown ? 'unknown' : 'passed';
  count[state] += 1;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const note = result?.unknown ?? (typeof result === 'string' ? result : '');
  const word = state === 'failed' ? 'FAILED' : state;
  console.log(`${word.padEnd(8)}${title.padEnd(64)} ${seconds.padStart(6)} s  ${note}`.trimEnd());
  for (const fault of faults) console.log(fault.replace(/^/gm, '        '));
  return faults.length === 0;
}
