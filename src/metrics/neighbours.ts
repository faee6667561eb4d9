import type { Floats } from "../devices/device.ts";

/** A rectangle of similarities: row `top` + i against candidate `left` + j, row-major, `width` candidates a row. */
export interface SimilarityTile {
  readonly values: Floats;
  readonly top: number;
  readonly left: number;
  readonly width: number;
}

/**
 * The k most similar candidates of each of `rows` rows, most similar first, found in one pass over similarities that come
 * tile by tile. Of equal similarities the one seen first stays ahead: bring the tiles of a row from left to right.
 */
export class Neighbours {
  readonly #k: number;
  readonly #candidates: Int32Array;
  readonly #similarities: Float64Array;

  constructor(rows: number, k: number) {
    this.#k = k;
    this.#candidates = new Int32Array(rows * k);
    this.#similarities = new Float64Array(rows * k).fill(Number.NEGATIVE_INFINITY);
  }

  /** The candidates of a row, once at least k have been seen. */
  of(row: number): Int32Array {
    return this.#candidates.subarray(row * this.#k, (row + 1) * this.#k);
  }

  /** Looks at a tile. Nearly all similarities fail against the row's worst: that test is all that most of them cost. */
  offer({ values, top, left, width }: SimilarityTile): void {
    for (let start = 0, row = top; start < values.length; start += width, row++) {
      const end = start + width;
      const first = left - start;
      let worst = this.#similarities[(row + 1) * this.#k - 1];
      let at = start;
      for (; at + 4 <= end; at += 4) {
        // One rarely taken branch for four values: measured to halve the time of the scan.
        if (values[at] > worst || values[at + 1] > worst || values[at + 2] > worst || values[at + 3] > worst) {
          for (let near = at; near < at + 4; near++) {
            if (values[near] > worst) worst = this.#insert(row, first + near, values[near]);
          }
        }
      }
      for (; at < end; at++) if (values[at] > worst) worst = this.#insert(row, first + at, values[at]);
    }
  }

  /** Puts a candidate in its place, behind its equals; the last one drops out. Returns the similarity to beat from now on. */
  #insert(row: number, candidate: number, similarity: number): number {
    const [candidates, similarities] = [this.#candidates, this.#similarities];
    const first = row * this.#k;
    const last = first + this.#k - 1;
    let place = last;
    for (; place > first && similarity > similarities[place - 1]; place--) {
      similarities[place] = similarities[place - 1];
      candidates[place] = candidates[place - 1];
    }
    similarities[place] = similarity;
    candidates[place] = candidate;
    return similarities[last];
  }
}
