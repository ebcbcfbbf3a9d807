/** The columns that the readers use in a CSV file of puzzles. */
export type PuzzleColumn = 'source' | 'question' | 'answer' | 'rating';

/** Accepted names of each column, the official name first. */
const NAMES: Readonly<Record<PuzzleColumn, readonly string[]>> = {
  source: ['source', 'sources'],
  question: ['question', 'questions', 'quiz', 'quizzes', 'puzzle', 'puzzles', 'problem', 'unsolved', 'sudoku', 'maze', 'input'],
  answer: ['answer', 'answers', 'solution', 'solutions', 'solved', 'path', 'output'],
  rating: ['rating', 'ratings', 'difficulty'],
}; // prettier-ignore

/** Index of each column in a row, undefined for a missing column. Other columns are ignored. */
export type CsvColumns = Readonly<Record<PuzzleColumn, number | undefined>> & { readonly count: number };

const listed = (column: PuzzleColumn) => {
  const [first, ...others] = NAMES[column];
  return `"${first}" (or ${others.slice(0, 6).join(', ')})`;
};

/**
 * Finds the columns by their names in a header, in any order and case.
 *
 * @throws Error if a needed column is missing, or two columns have a name of the same kind.
 */
export function findColumns(header: readonly string[], needed: readonly PuzzleColumn[]): CsvColumns {
  const names = header.map((name) => name.trim().toLowerCase());
  const find = (column: PuzzleColumn): number | undefined => {
    const official = names.indexOf(column);
    if (official >= 0 && names.indexOf(column, official + 1) < 0) return official;
    const found = names.flatMap((name, index) => (NAMES[column].includes(name) ? [index] : []));
    if (found.length > 1) {
      const columns = found.map((index) => JSON.stringify(header[index])).join(' and ');
      throw new Error(
        `the columns ${columns} could both be the ${column}; name one of them "${column}", and rename the other`,
      );
    }
    if (found.length === 0 && needed.includes(column)) {
      const text = header.join();
      const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
      throw new Error(`expected a header with columns ${needed.map(listed).join(' and ')}; got ${shown}`);
    }
    return found[0];
  };
  return {
    source: find('source'),
    question: find('question'),
    answer: find('answer'),
    rating: find('rating'),
    count: header.length,
  };
}
