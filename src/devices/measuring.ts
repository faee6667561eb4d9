/** How many points are placed at once. */
export interface PairSizes {
  readonly panel: number;
  readonly block: number;
}

/** How all points of a data set lie about their mean. */
export interface Spread {
  /** How many they are. */
  readonly n: number;
  /** Mean and largest of |x_i − mean|². */
  readonly meanSquare: number;
  readonly largestSquare: number;
  /** Largest size of an entry of x_i − mean. */
  readonly largestEntry: number;
}

export interface PairOptions {
  /** For each t: h is exp(t (shift - |x_i - x_j|²)). Only where `reach` has no bound. */
  readonly shifts?: readonly number[] | undefined;
  /** Of all points that will be placed: where errors of single pairs average out over so many, less exact ones will do. */
  readonly spread?: Spread | undefined;
}

/**
 * Sums of h_ij = exp(-t |x_i - x_j|²) over pairs of a panel and a block of points, at several t. Each point's own sum of h
 * is kept in two parts, a multiple of 2^-28 and one of 2^-64 that is at most 2^-29 for each addition: sums of such numbers
 * do not round below 2^25 additions of at most 1, so that they come to the same in whatever order pairs are met and results
 * are added.
 */
export interface PairSums {
  /** Makes x: [n, d], less the mean of all points, the panel or the block: points number `start` and on of all. */
  place(which: keyof PairSizes, x: Float64Array, mean: Float64Array, start: number): void;
  /** Each of the panel's first n points, all or a multiple of 128, with each of the block. -> for each t [sum of h, of h²] */
  meet(n: number): Float64Array;
  /** The pairs i < j of the block. */
  meetItself(): Float64Array;
  /** What each point's sum has grown by since it was placed: [t, part, n]. */
  sums(which: keyof PairSizes): Float64Array;
  /** Gives the memory back. */
  free(): void;
}

/** The sum of x xᵀ over rows x. */
export interface MomentSums {
  /** x: [n, d] */
  add(x: Float64Array): void;
  /** [d, d], of all rows so far. */
  result(): Float64Array;
  /** Gives the memory back. */
  free(): void;
}

/** Kernels on numbers of the host, for measurements of whole data sets. */
export interface MeasuringKernels {
  /**
   * Where `pairSums` may be used: t times the squared distance of points from the mean, `least` of which the mean must
   * reach, lest the variance of h be rounding, and `most` of which the largest may be, lest h underflow.
   */
  readonly reach: { readonly least: number; readonly most: number };
  /** Sizes that suit n points of d coordinates; the block's is a multiple of 128, the panel's of the block's. */
  sizes(n: number, d: number): PairSizes;
  pairSums(d: number, ts: readonly number[], sizes: PairSizes, options?: PairOptions): PairSums;
  secondMoments(d: number): MomentSums;
}
