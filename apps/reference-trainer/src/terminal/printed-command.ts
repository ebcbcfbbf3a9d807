/** Whether a shell takes a word as it is. */
const isPlain = (word: string) => /^[\w@%+=:,./-]+$/.test(word);

const quoted = (word: string) => (isPlain(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/**
 * A command of `hrm` for a person to copy into a shell: it runs from a clone, in a project that has installed the command, and
 * where it is installed for all. Words with spaces are quoted.
 *
 * @param words such as `'solve', '--run', folder`.
 */
export const printedCommand = (...words: readonly string[]) => ['npx', 'hrm', ...words.map(quoted)].join(' ');
