/** A curve with an x of its own. */
export interface OwnCurve {
  x: readonly number[];
  values: readonly (number | null)[];
}

/** Curves over one common x. */
export interface JoinedCurves {
  x: readonly number[];
  /** One list for each curve; null where it has no value. */
  curves: readonly (readonly (number | null)[])[];
}

/** Brings curves to a common x: every x of any of them, in order. */
export function joinCurves(curves: readonly OwnCurve[]): JoinedCurves {
  const x = [...new Set(curves.flatMap((curve) => curve.x))].sort((a, b) => a - b);
  const place = new Map(x.map((value, index) => [value, index]));
  return {
    x,
    curves: curves.map((curve) => {
      const values = new Array<number | null>(x.length).fill(null);
      curve.x.forEach((at, index) => (values[place.get(at)!] = curve.values[index] ?? null));
      return values;
    }),
  };
}
