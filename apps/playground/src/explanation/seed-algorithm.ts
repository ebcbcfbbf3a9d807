import program from '../../../../examples/by-hand.ts?raw';
import { parts, type PartName } from './parts';

/** The lines of examples/by-hand.ts from the model to the end of the loop over segments. */
export const codeLines: readonly string[] = excerpt(program);

function excerpt(text: string): string[] {
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => line.startsWith('function hrm('));
  const end = lines.findIndex((line) => line.startsWith('console.log('));
  return lines.slice(begin, end);
}

/** The indices of a part's lines in {@link codeLines}. */
export function linesOf(name: PartName): number[] {
  return parts[name].lines.map((beginning) => codeLines.findIndex((line) => line.trimStart().startsWith(beginning)));
}
