/** The probability of a halting logit, `sigmoid(logit)`. */
export const haltingProbability = (logit: number): number => 1 / (1 + Math.exp(-logit));
