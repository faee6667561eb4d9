/** Nanoseconds that things take on two cores, roughly: the time left is told from their ratios. */
export const costs = {
  reading: (n: number, d: number): number => 6 * n * d,
  alignment: (n: number, d: number): number => 6 * n * d,
  /** By products. */
  pairs: (count: number, d: number): number => count * (0.3 + 0.02 * d),
  /** From differences. */
  plainPairs: (count: number, d: number): number => count * (10 + 0.6 * d),
  spectrum: (n: number, d: number): number => 0.6 * Math.min(n, d) ** 3,
};
