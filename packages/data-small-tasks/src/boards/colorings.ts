/** Tokens of the matrix of a graph; those of colours follow. */
export const [NO_EDGE, EDGE, BLANK] = [1, 2, 3];

/** Finds colourings of the graph in a matrix, at most `limit`. */
export function colorings(question: ArrayLike<number>, vertices: number, colors: number, limit: number): Int32Array[] {
  const found: Int32Array[] = [];
  const answer = Int32Array.from(question);
  const at = (row: number, column: number) => row * vertices + column;
  const fits = (vertex: number) => {
    for (let other = 0; other < vertices; other++) {
      if (other === vertex || question[at(vertex, other)] !== EDGE) continue;
      if (answer[at(other, other)] === answer[at(vertex, vertex)]) return false;
    }
    return true;
  };
  const color = (vertex: number): void => {
    if (vertex === vertices) {
      found.push(answer.slice());
      return;
    }
    const cell = at(vertex, vertex);
    const given = question[cell]!;
    for (let token = BLANK + 1; token <= BLANK + colors && found.length < limit; token++) {
      if (given !== BLANK && token !== given) continue;
      answer[cell] = token;
      if (fits(vertex)) color(vertex + 1);
    }
    answer[cell] = given;
  };
  color(0);
  return found;
}
