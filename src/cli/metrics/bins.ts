/** Equally wide bins over from..to, from < to. */
export interface Bins {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** The share of `values` in each bin; what lies outside counts in the first or last. No values: 0 everywhere. */
export function sharesIn({ from, to, count }: Bins, values: Float64Array): Float64Array {
  const shares = new Float64Array(count);
  for (const value of values) {
    const bin = Math.floor(((value - from) / (to - from)) * count);
    shares[Math.max(0, Math.min(count - 1, bin))] += 1 / values.length;
  }
  return shares;
}

/** Bins that hold all of `values`, with room beside them where they are all one. */
export function binsOver(values: Float64Array, count: number): Bins {
  const [least, most] = values.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
  if (!(least <= most)) return { from: 0, to: 1, count };
  const room = most - least > 1e-6 * most ? 0 : 0.1 * most || 1; // lengths of float32 rows differ by rounding alone
  return { from: Math.max(0, least - room), to: most + room, count };
}

/** Bins from 0 to the largest of all these values, to 1 if there is none above 0. */
export function binsFrom0(sets: readonly Float64Array[], count: number): Bins {
  const most = sets.reduce((far, values) => values.reduce((a, b) => Math.max(a, b), far), 0);
  return { from: 0, to: most || 1, count };
}

/** Their mean; NaN of none. */
export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
