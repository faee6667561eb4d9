/** y[i] = value, n floats. */
export function fill(y: usize, value: f32, n: i32): void {
  const four = f32x4.splat(value);
  let i = 0;
  for (; i <= n - 4; i += 4) v128.store(y + ((<usize>i) << 2), four);
  for (; i < n; i++) store<f32>(y + ((<usize>i) << 2), value);
}
