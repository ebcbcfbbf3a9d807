// Expressions of Countdown, such as 1+3*7, worked out from left to right.

export const OPERATORS = '+-*/';

/** The result of one step; 0 if that or an earlier result is not a whole number from 1. */
function step(left: number, operator: string, right: number): number {
  const results: { [operator: string]: number } = { '+': left + right, '-': left - right, '*': left * right };
  const result = results[operator] ?? left / right;
  return left > 0 && Number.isInteger(result) && result > 0 ? result : 0;
}

/** The value of an expression, worked out from left to right; 0 if a step is not allowed. */
export function valueOf([first, ...steps]: readonly string[]): number {
  let value = Number(first);
  for (let k = 0; k < steps.length; k += 2) value = step(value, steps[k]!, Number(steps[k + 1]));
  return value;
}

/** The first expression in the order of its characters; undefined if there is none. */
export function firstExpression(numbers: readonly number[], target: number): string | undefined {
  const extend = (text: string, value: number, left: readonly number[]): string | undefined => {
    if (left.length === 0) return value === target ? text : undefined;
    for (const operator of OPERATORS) {
      for (const [k, number] of left.entries()) {
        const result = left.indexOf(number) === k ? step(value, operator, number) : 0;
        const found = result && extend(text + operator + number, result, left.toSpliced(k, 1));
        if (found) return found;
      }
    }
    return undefined;
  };
  const sorted = numbers.toSorted();
  for (const [k, number] of sorted.entries()) {
    const found = extend(String(number), number, sorted.toSpliced(k, 1));
    if (found) return found;
  }
  return undefined;
}
