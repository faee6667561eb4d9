import { block } from "./gemm";
import { tile } from "./tile";

/** Points of a transformed tile, and so products that a convolution becomes. */
export const points: i32 = 36;

/**
 * Floats from one point's matrix of n to the next's: whole cache lines, an odd number of them. All 36 are written side by
 * side, and at a power of two they would share a few sets of the cache.
 */
export function apart(n: i32): i32 {
  return (((n + 15) >> 4) | 1) << 4;
}

/** Panels of `width` rows or columns that hold n. */
export function panelsOf(n: i32, width: i32): i32 {
  return (n + width - 1) / width;
}

/** Floats of scratch that `multiply` needs: two tables. */
export const multiplyRoom: i32 = 16;

/**
 * c (+)= a b from packed panels: a: [rowPanels][depth][4], b: [columnPanels][depth][8]; rows of c lie `row` bytes apart,
 * its panels of eight columns `panel`. `fresh` overwrites c, else it adds. More than 256 terms add up in blocks of 256.
 */
export function multiply(
  c: usize,
  row: usize,
  panel: usize,
  a: usize,
  b: usize,
  rowPanels: i32,
  columnPanels: i32,
  depth: i32,
  fresh: bool,
  scratch: usize,
): void {
  for (let i: usize = 0; i < 4; i++) store<usize>(scratch + (i << 2), i * row);
  store<usize>(scratch + 16, 0);
  for (let j = 0; j < columnPanels; j++) {
    let to = c;
    let factors = a;
    for (let i = 0; i < rowPanels; i++) {
      for (let p = 0; p < depth; p += block) {
        const from = (<usize>p) << 4;
        const terms = min(block, depth - p);
        tile(to, scratch, 4, scratch + 16, 8, factors + from, b + 2 * from, terms, true, fresh && p === 0, 0);
      }
      to += 4 * row;
      factors += (<usize>depth) << 4;
    }
    c += panel;
    b += (<usize>depth) << 5;
  }
}
