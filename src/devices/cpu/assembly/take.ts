import { run } from "./move";

/** y[o, j, i] = x[o, indices[j], i]. x: [outer, n, inner], indices: [count] -> [outer, count, inner] */
export function take(y: usize, x: usize, indices: usize, outer: i32, count: i32, n: i32, inner: i32): void {
  const width: usize = inner << 2;
  for (let o = 0; o < outer; o++, x += <usize>n * width) {
    for (let j = 0; j < count; j++, y += width) {
      run(y, x + <usize>load<u32>(indices + (j << 2)) * width, width);
    }
  }
}
