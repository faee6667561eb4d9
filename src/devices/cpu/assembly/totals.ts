// A sum of very many terms is kept in float32 for a while only, then joins a total in float64: its error is that of a
// few terms, however many there are.

/** Blocks of terms that a product adds up in float32 before they join the totals. */
export const turn: i32 = 16;

/** totals[i] += x[i], n numbers; totals in float64. */
export function gather(totals: usize, x: usize, n: i32): void {
  let i = 0;
  for (; i <= n - 2; i += 2, totals += 16, x += 8) {
    v128.store(totals, f64x2.add(v128.load(totals), f64x2.promote_low_f32x4(v128.load64_zero(x))));
  }
  if (i < n) store<f64>(totals, load<f64>(totals) + <f64>load<f32>(x));
}

/** x[i] = totals[i], n numbers. */
export function settle(x: usize, totals: usize, n: i32): void {
  for (let i = 0; i < n; i++) store<f32>(x + ((<usize>i) << 2), <f32>load<f64>(totals + ((<usize>i) << 3)));
}

/** totals[i, j] += c[i, j]; from one row of c to the next there are `step` floats. totals: [m, n] */
export function gatherRows(totals: usize, c: usize, step: i32, m: i32, n: i32): void {
  for (let i = 0; i < m; i++) gather(totals + ((<usize>(i * n)) << 3), c + ((<usize>(i * step)) << 2), n);
}

/** c[i, j] = totals[i, j] */
export function settleRows(c: usize, step: i32, totals: usize, m: i32, n: i32): void {
  for (let i = 0; i < m; i++) settle(c + ((<usize>(i * step)) << 2), totals + ((<usize>(i * n)) << 3), n);
}
