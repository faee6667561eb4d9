import type { Integers } from "../ops/index.ts";

/**
 * Where the items of sequences of different lengths lie when none of them is padded: all first items one below the other, the
 * longest sequence's first, then all second ones, and so on. Work on such rows is work on real items alone. The same as the
 * indices and sizes in PyTorch's PackedSequence.
 */
export class Packing {
  /** How many sequences have a first, a second, ... item. */
  readonly batchSizes: Int32Array;
  /** Which sequence the first, second, ... item at each place is of: the longest first, of equal ones the earlier. */
  readonly sortedIndices: Int32Array;
  /** Of each sequence its place in `sortedIndices`. */
  readonly unsortedIndices: Int32Array;
  readonly #lengths: Int32Array;
  /** Of each place the row of its first item. */
  readonly #begins: Int32Array;

  /** Throws for a length that is no whole number >= 1. */
  constructor(lengths: Integers) {
    const wrong = lengths.findIndex((length) => !(Number.isInteger(length) && length >= 1));
    if (wrong >= 0) {
      const remedy = "leave such a sequence out, or give it an item that says so";
      throw new RangeError(`Packing: length ${wrong} is ${lengths[wrong]}, needs a whole number >= 1: ${remedy}`);
    }
    this.#lengths = Int32Array.from(lengths);
    this.sortedIndices = Int32Array.from(lengths.keys()).sort((a, b) => lengths[b] - lengths[a] || a - b);
    this.unsortedIndices = new Int32Array(lengths.length);
    this.sortedIndices.forEach((sequence, rank) => {
      this.unsortedIndices[sequence] = rank;
    });
    const places = lengths.length === 0 ? 0 : lengths[this.sortedIndices[0]];
    this.batchSizes = new Int32Array(places);
    for (const length of lengths) for (let place = 0; place < length; place++) this.batchSizes[place]++;
    this.#begins = new Int32Array(places);
    for (let place = 1; place < places; place++) {
      this.#begins[place] = this.#begins[place - 1] + this.batchSizes[place - 1];
    }
  }

  /** How many sequences there are. */
  get sequences(): number {
    return this.#lengths.length;
  }

  /** How many items, of all sequences. */
  get items(): number {
    return this.#lengths.reduce((sum, length) => sum + length, 0);
  }

  /** What `of` says of each item, given its sequence and its place there, row by row. -> [items] */
  rows(of: (sequence: number, place: number) => number): Int32Array {
    const rows = new Int32Array(this.items);
    this.batchSizes.forEach((count, place) => {
      for (let rank = 0; rank < count; rank++) rows[this.#begins[place] + rank] = of(this.sortedIndices[rank], place);
    });
    return rows;
  }

  /** The row of each sequence's first item. -> [sequences] */
  firstRows(): Int32Array {
    return this.unsortedIndices.slice();
  }

  /** The row of each sequence's last item. -> [sequences] */
  lastRows(): Int32Array {
    return this.unsortedIndices.map((rank, sequence) => this.#begins[this.#lengths[sequence] - 1] + rank);
  }
}
