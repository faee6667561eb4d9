/** Numbers in a block: no array grows with the file, so that more than 4 GiB can be held. */
const blockSize = 2 ** 17;

/** Rows of `d` numbers that come one by one, and nobody knows how many. */
export class RowBlocks {
  readonly d: number;
  readonly #blocks: Float64Array[] = [];
  readonly #perBlock: number;
  #n = 0;

  constructor(d: number) {
    this.d = d;
    this.#perBlock = Math.max(1, Math.floor(blockSize / Math.max(1, d)));
  }

  get n(): number {
    return this.#n;
  }

  /** Appends a copy of `d` numbers. */
  push(row: ArrayLike<number>): void {
    const place = this.#n % this.#perBlock;
    if (place === 0) this.#blocks.push(new Float64Array(this.#perBlock * this.d));
    this.#blocks[this.#blocks.length - 1].set(row, place * this.d);
    this.#n++;
  }

  /** Writes rows start .. start + count − 1, which must be there, to the front of `out`. */
  read(start: number, count: number, out: Float64Array): void {
    for (let done = 0; done < count; ) {
      const place = (start + done) % this.#perBlock;
      const rows = Math.min(this.#perBlock - place, count - done);
      const block = this.#blocks[Math.floor((start + done) / this.#perBlock)];
      out.set(block.subarray(place * this.d, (place + rows) * this.d), done * this.d);
      done += rows;
    }
  }
}
