import { run } from "./move";

/**
 * y[o, j, i] = x[o, indices[j], i], for u = o count + j from .. to. x: [outer, n, inner], indices: [count] -> [outer,
 * count, inner]
 */
export function take(y: usize, x: usize, indices: usize, count: i32, n: i32, inner: i32, from: i32, to: i32): void {
  const width: usize = inner << 2;
  for (let u = from; u < to; u++) {
    const o = u / count;
    const row = <usize>(o * n) + <usize>load<u32>(indices + ((u - o * count) << 2));
    run(y + <usize>u * width, x + row * width, width);
  }
}
