/** The most applications of f_L and f_H in one loop. A damaged config could name so many that a segment never ends. */
export const MOST_APPLICATIONS = 10_000;
