/** Formats a share: `97.3%`; `-` if it is unknown. @param digits after the decimal point, default 1. */
export const percent = (share: number | undefined, digits = 1): string =>
  share === undefined || Number.isNaN(share) ? '-' : `${(100 * share).toFixed(digits)}%`;
