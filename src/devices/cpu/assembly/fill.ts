/** y[i] = value, for i from .. to. */
export function fill(y: usize, value: f32, from: i32, to: i32): void {
  const four = f32x4.splat(value);
  const end = y + (to << 2);
  y += from << 2;
  for (; y + 16 <= end; y += 16) v128.store(y, four);
  for (; y < end; y += 4) store<f32>(y, value);
}
