/** A function that turns logits into positive numbers, which are probabilities when divided by their sum. */
const weights: { [K in ProbabilityKind]: (logit: number, highest: number) => number } = {
  stablemax: (logit) => (logit < 0 ? 1 / (1 - logit) : logit + 1),
  softmax: (logit, highest) => Math.exp(logit - highest),
};

/** How logits become probabilities: as in the loss that the model was trained with. */
export type ProbabilityKind = 'stablemax' | 'softmax';

/**
 * The probabilities of the tokens of each cell.
 *
 * @param logits `[cells * vocab]`, cell by cell.
 * @param allowed whether a token can be an answer; the others get the probability 0.
 * @returns `[cells * vocab]`
 */
export function tokenProbabilities(
  logits: Float32Array,
  vocab: number,
  { kind, allowed }: { kind: ProbabilityKind; allowed: (token: number) => boolean },
): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += vocab) {
    let highest = -Infinity;
    for (let token = 0; token < vocab; token++) {
      if (allowed(token)) highest = Math.max(highest, logits[start + token]!);
    }
    let sum = 0;
    for (let token = 0; token < vocab; token++) {
      const weight = allowed(token) ? weights[kind](logits[start + token]!, highest) : 0;
      probabilities[start + token] = weight;
      sum += weight;
    }
    for (let token = 0; token < vocab; token++) probabilities[start + token]! /= sum;
  }
  return probabilities;
}
