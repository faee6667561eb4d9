import { block } from "./gemm";
import { tile, tileColumns } from "./tile";

/** Numbers that a transformed tile has, and so products of matrices that a convolution becomes. */
export const points: i32 = 36;

/** Panels of `width` rows or columns that hold n. */
export function panelsOf(n: i32, width: i32): i32 {
  return (n + width - 1) / width;
}

/**
 * Floats from one point's n to the next point's: whole cache lines, an odd number of them. What is transformed goes to all
 * 36 points at once, which at a power of two would fall into the same few sets of a cache.
 */
export function apart(n: i32): i32 {
  return (((n + 15) >> 4) | 1) << 4;
}

/**
 * c (+)= a b from packed panels: a: [rowPanels][depth][4], b: [columnPanels][depth][16]. Rows of c lie `row` bytes
 * apart, its panels of columns `panel` bytes. `fresh` overwrites c, else it adds. More than 256 terms add up in blocks
 * of 256.
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
): void {
  for (let j = 0; j < columnPanels; j++) {
    let to = c;
    let factors = a;
    for (let i = 0; i < rowPanels; i++) {
      for (let p = 0; p < depth; p += block) {
        const four = factors + ((<usize>p) << 4);
        const columns = b + ((<usize>p) << 6);
        const terms = min(block, depth - p);
        const first = fresh && p === 0;
        tile(to, to + row, four, four + 4, 16, columns, terms, first);
        tile(to + 2 * row, to + 3 * row, four + 8, four + 12, 16, columns, terms, first);
      }
      to += 4 * row;
      factors += (<usize>depth) << 4;
    }
    c += panel;
    b += (<usize>(depth * tileColumns)) << 2;
  }
}
