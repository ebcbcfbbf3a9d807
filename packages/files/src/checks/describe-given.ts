/** An argument of a wrong type, for a message. */
export function describeGiven(given: unknown): string {
  if (typeof given === 'string') {
    return `the string ${JSON.stringify(given.length > 40 ? `${given.slice(0, 40)}…` : given)}`;
  }
  if (given === null || given === undefined) return String(given);
  if (typeof given === 'function') return 'a function';
  if (typeof given !== 'object') return `the ${typeof given} ${String(given)}`;
  const kind = given.constructor?.name ?? 'Object';
  return `${/^[AEIOU]/.test(kind) && !kind.startsWith('Uint') ? 'an' : 'a'} ${kind}`;
}
