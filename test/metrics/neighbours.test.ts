import { describe, expect, it } from "vitest";
import { Neighbours } from "../../src/metrics/neighbours.ts";
import { Random } from "../../src/random.ts";

/** The k candidates of a row by sorting, of equals the earlier first. */
function sorted(row: readonly number[], k: number): number[] {
  return [...row.keys()].sort((a, b) => row[b] - row[a] || a - b).slice(0, k);
}

describe("Neighbours", () => {
  it("are the first k of a sort, whatever the tiles, with ties all over", () => {
    const random = new Random(5);
    for (let trial = 0; trial < 300; trial++) {
      const [rows, candidates, height, width] = [5, 23, 3, 7].map((most) => 1 + random.below(most));
      const k = 1 + random.below(candidates);
      const values = Array.from({ length: rows }, () => Array.from({ length: candidates }, () => random.below(4) - 2));
      const found = new Neighbours(rows, k);
      for (let left = 0; left < candidates; left += width) {
        for (let top = 0; top < rows; top += height) {
          const part = values.slice(top, top + height).map((row) => row.slice(left, left + width));
          found.offer({ values: Float32Array.from(part.flat()), top, left, width: part[0].length });
        }
      }
      for (const [i, row] of values.entries()) {
        expect([...found.of(i)], `k ${k} of [${row}] in tiles of ${width}`).toEqual(sorted(row, k));
      }
    }
  });
});
