/** Options that the generators of puzzles share. */
export interface ManyPuzzlesOptions<Puzzle> {
  count: number;
  seed?: number;
  exclude?: Iterable<Puzzle>;
  excludeEquals?: boolean;
  onProgress?: ((found: number) => void) | undefined;
}

/** Names of {@link ManyPuzzlesOptions}. */
export const MANY_PUZZLES_OPTIONS = ['count', 'seed', 'exclude', 'excludeEquals', 'onProgress'] as const satisfies readonly (keyof ManyPuzzlesOptions<never>)[]; // prettier-ignore

/** How puzzles are made and compared. */
export interface PuzzleSource<Excluded, Puzzle extends Excluded> {
  /** Makes a puzzle at random. */
  make(): Puzzle;
  /** Equal for puzzles with the same question. */
  keyOf(puzzle: Puzzle): string;
  /** Equal for puzzles of which only one may be used, if the other is excluded. */
  classOf(puzzle: Excluded): string;
  /** The puzzles in an error, such as `mazes`. */
  name: string;
  /** What to do if there are too few. */
  advice: string;
}

/**
 * Makes different puzzles, none of which is of the class of an excluded one.
 *
 * @throws RangeError if there are too few.
 */
export function differentPuzzles<Excluded, Puzzle extends Excluded>(
  { count, exclude = [], onProgress }: Omit<ManyPuzzlesOptions<Excluded>, 'seed' | 'excludeEquals'>,
  { make, keyOf, classOf, name, advice }: PuzzleSource<Excluded, Puzzle>,
): Puzzle[] {
  const excluded = new Set(Array.from(exclude, classOf));
  const seen = new Set<string>();
  const puzzles: Puzzle[] = [];
  // With the seed of the excluded puzzles, the generator repeats all of them first.
  let repeats = 0;
  while (puzzles.length < count) {
    const puzzle = make();
    const key = keyOf(puzzle);
    if (!seen.has(key) && !(excluded.size > 0 && excluded.has(classOf(puzzle)))) {
      seen.add(key);
      puzzles.push(puzzle);
      onProgress?.(puzzles.length);
      repeats = 0;
    } else if (++repeats >= 1000 + seen.size + excluded.size) {
      const restriction = excluded.size > 0 ? ', none of them equal to an excluded one' : '';
      throw new RangeError(
        `Found only ${puzzles.length} different ${name} of the ${count} requested${restriction}. ${advice}`,
      );
    }
  }
  return puzzles;
}
