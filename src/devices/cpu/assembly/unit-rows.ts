import { loadFirst, storeFirst } from "./lanes";
import { dot } from "./sum";

/** y[i] = x[i] / max(|x[i]|, eps) for rows i from .. to. x: [., n] */
export function unitRows(y: usize, x: usize, n: i32, eps: f64, from: i32, to: i32): void {
  const row = (<usize>n) << 2;
  for (let i = from; i < to; i++) {
    const at = <usize>i * row;
    const length = sqrt<f64>(dot(x + at, x + at, n));
    divided(y + at, x + at, x + at, 0, <f32>(length < eps ? eps : length), n);
  }
}

/** y[i] = (g[i] - x[i] (x[i] · g[i]) / |x[i]|²) / |x[i]| for rows i from .. to, and g[i] / eps where |x[i]| < eps. */
export function unitRowsInput(y: usize, g: usize, x: usize, n: i32, eps: f64, from: i32, to: i32): void {
  const row = (<usize>n) << 2;
  for (let i = from; i < to; i++) {
    const at = <usize>i * row;
    const square = dot(x + at, x + at, n);
    const length = sqrt(square);
    if (length < eps) divided(y + at, g + at, x + at, 0, <f32>eps, n);
    else divided(y + at, g + at, x + at, <f32>(dot(x + at, g + at, n) / square), <f32>length, n);
  }
}

/** y = (g - slope x) / length, or g / length where the slope is 0, whatever x is. */
function divided(y: usize, g: usize, x: usize, slope: f32, length: f32, n: i32): void {
  const by = f32x4.splat(length);
  for (let left = n; left > 0; left -= 4, y += 16, g += 16, x += 16) {
    let four = loadFirst(g, left);
    if (slope !== 0) four = f32x4.sub(four, f32x4.mul(loadFirst(x, left), f32x4.splat(slope)));
    storeFirst(y, f32x4.div(four, by), left);
  }
}
