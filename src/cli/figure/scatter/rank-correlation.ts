/**
 * Spearman's rank correlation of pairs (x_i, y_i), in −1..1: Pearson's correlation of their ranks, equal values having the
 * mean of their ranks. NaN where one of the two does not vary.
 */
export function rankCorrelation(x: readonly number[], y: readonly number[]): number {
  const [a, b] = [ranks(x), ranks(y)];
  const middle = (x.length - 1) / 2; // the mean of any n ranks 0..n-1
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (a[i] - middle) * (b[i] - middle);
    xx += (a[i] - middle) ** 2;
    yy += (b[i] - middle) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

/**
 * The rank correlation of x and y that is left at equal z: (r_xy − r_xz r_yz) / √((1 − r_xz²)(1 − r_yz²)) of the three rank
 * correlations (Kendall 1942). NaN where z alone decides the order of one of them.
 */
export function partialRankCorrelation(x: readonly number[], y: readonly number[], z: readonly number[]): number {
  const [xy, xz, yz] = [rankCorrelation(x, y), rankCorrelation(x, z), rankCorrelation(y, z)];
  return (xy - xz * yz) / Math.sqrt((1 - xz ** 2) * (1 - yz ** 2));
}

/** From 0 on. */
function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal - 1) / 2;
  });
}
