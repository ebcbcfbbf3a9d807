/** A share in percent: `97.3%`; `-` where there is none. @param digits after the point, default 1. */
export const percent = (share: number | undefined, digits = 1): string =>
  share === undefined || Number.isNaN(share) ? '-' : `${(100 * share).toFixed(digits)}%`;
