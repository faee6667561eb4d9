import type { Shape } from "../../shape.ts";

/** A stretch of memory, free or in use, between its neighbours. */
export interface Block {
  readonly address: number;
  size: number;
  free: boolean;
  before: Block | undefined;
  after: Block | undefined;
  /** Of the tensor in it, for messages. */
  shape?: Shape | undefined;
}

/** Bytes: every block begins and ends on a multiple, so vectors and cache lines do not straddle. */
const grain = 64;
const pageSize = 65_536;

/**
 * Gives out and takes back pieces of one WebAssembly memory. Free blocks lie in classes by size (powers of two); a block
 * that is too large is split, one that comes back joins free neighbours, and memory grows only when no block fits. So a
 * loop that repeats itself stops growing after its first round.
 */
export class Pool {
  readonly #memory: WebAssembly.Memory;
  readonly #limit: number;
  /** Free blocks, by floor(log2(size / grain)). */
  readonly #classes: readonly Set<Block>[] = Array.from({ length: 32 }, () => new Set<Block>());
  #last: Block | undefined;
  #used = 0;

  /** Manages `memory` from its present end on, and grows it to at most `limit` bytes. */
  constructor(memory: WebAssembly.Memory, limit: number) {
    this.#memory = memory;
    this.#limit = limit;
  }

  /** Bytes in use. */
  get used(): number {
    return this.#used;
  }

  /** Bytes of memory, used or not. */
  get capacity(): number {
    return this.#memory.buffer.byteLength;
  }

  /** A block of at least `bytes`; undefined where memory cannot grow that far. */
  take(bytes: number): Block | undefined {
    const size = Math.max(grain, Math.ceil(bytes / grain) * grain);
    const block = this.#find(size) ?? this.#grow(size);
    if (block === undefined) return undefined;
    this.#classes[classOf(block.size)].delete(block);
    block.free = false;
    if (block.size > size) this.#split(block, size);
    this.#used += block.size;
    return block;
  }

  /** The blocks in use, from the end of memory to its beginning. */
  *blocks(): Generator<Block> {
    for (let block = this.#last; block; block = block.before) if (!block.free) yield block;
  }

  /** Takes a block back and joins it with free neighbours. */
  give(block: Block): void {
    if (block.free) throw new Error(`pool: the block at ${block.address} was given back twice`);
    block.shape = undefined;
    this.#used -= block.size;
    block.free = true; // stays so in a block that becomes part of the one before it
    this.#offer(block);
  }

  /** A free block that is large enough: the first in its own class, any in a higher one. */
  #find(size: number): Block | undefined {
    for (let c = classOf(size); c < this.#classes.length; c++) {
      for (const block of this.#classes[c]) if (block.size >= size) return block;
    }
    return undefined;
  }

  /** More memory: an eighth of what there is, if that is more than is needed, so that growing is rare. */
  #grow(size: number): Block | undefined {
    const { capacity } = this;
    const needed = size - (this.#last?.free ? this.#last.size : 0);
    for (const more of [Math.max(needed, capacity / 8), needed]) {
      const pages = Math.ceil(more / pageSize);
      if (capacity + pages * pageSize > this.#limit) continue;
      try {
        this.#memory.grow(pages);
      } catch {
        continue; // the engine has no more
      }
      const block: Block = {
        address: capacity,
        size: pages * pageSize,
        free: false,
        before: this.#last,
        after: undefined,
      };
      if (this.#last) this.#last.after = block;
      this.#last = block;
      return this.#offer(block);
    }
    return undefined;
  }

  /** Leaves `size` bytes to the block and frees the rest. */
  #split(block: Block, size: number): void {
    const { address, after } = block;
    const rest: Block = { address: address + size, size: block.size - size, free: true, before: block, after };
    if (after) after.before = rest;
    else this.#last = rest;
    block.after = rest;
    block.size = size;
    this.#classes[classOf(rest.size)].add(rest);
  }

  /** Makes a block free, joined with its free neighbours, and returns what it became part of. */
  #offer(block: Block): Block {
    let whole = block;
    if (block.before?.free) {
      whole = block.before;
      this.#join(whole, block);
    }
    if (whole.after?.free) this.#join(whole, whole.after);
    whole.free = true;
    this.#classes[classOf(whole.size)].add(whole);
    return whole;
  }

  /** Adds `next` to the block before it; whichever was on offer no longer is. */
  #join(block: Block, next: Block): void {
    if (block.free) this.#classes[classOf(block.size)].delete(block);
    if (next.free) this.#classes[classOf(next.size)].delete(next);
    block.size += next.size;
    block.after = next.after;
    if (next.after) next.after.before = block;
    else this.#last = block;
  }
}

function classOf(size: number): number {
  return 31 - Math.clz32(size / grain);
}
