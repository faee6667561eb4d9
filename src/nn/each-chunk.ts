import { scope } from "../autograd/scope.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Pace } from "./pace.ts";

/** Parts of a batch, one after the other; a function gives them anew for each walk. Every walk must bring the same. */
export type Chunks<Chunk> = Walkable<Chunk> | (() => Walkable<Chunk>);

type Walkable<Chunk> = Iterable<Chunk> | AsyncIterable<Chunk>;

/** What is done for each chunk. */
export interface ChunkVisitor<Chunk> {
  /** Called before chunk k is asked for, and once more when there are only k. */
  before(k: number): void;
  /** Called inside a scope. Returns the last tensor that it made. */
  visit(chunk: Chunk, k: number): Tensor;
}

/**
 * Walks the chunks, each in a scope of its own, in which it is also made if it comes without waiting. Rejects as soon as
 * the source or the visitor throws, and then tells the source to stop; where that fails as well, the first
 * error is the one told. `what` is whose chunks they are.
 */
export async function eachChunk<Chunk>(
  what: string,
  chunks: Chunks<Chunk>,
  { before, visit }: ChunkVisitor<Chunk>,
  pace: Pace,
): Promise<void> {
  const walk = begin(what, chunks);
  try {
    for (let k = 0; ; k++) {
      before(k);
      const take = await walk.ask();
      let made: Tensor | undefined; // not returned from the scope: the caller alone decides what outlives it
      scope(() => {
        const { done, value } = take();
        if (!done) made = visit(value, k);
      });
      if (made === undefined) return;
      await pace.after(made);
    }
  } catch (error) {
    await walk.stop().catch(() => {}); // what went wrong first is the reason
    throw error;
  }
}

/** A walk under way. */
interface Walk<Chunk> {
  /** Waits for the next chunk where it must be waited for. What it resolves to gives the chunk, or makes it. */
  ask(): Promise<() => IteratorResult<Chunk, unknown>>;
  stop(): Promise<unknown>;
}

function begin<Chunk>(what: string, chunks: Chunks<Chunk>): Walk<Chunk> {
  const source = typeof chunks === "function" ? chunks() : chunks;
  if (typeof source === "object" && source !== null) {
    if (Symbol.asyncIterator in source) return awaited(source[Symbol.asyncIterator]());
    if (Symbol.iterator in source) return immediate(source[Symbol.iterator]());
  }
  const found = (source as object | undefined)?.constructor?.name ?? String(source);
  throw new TypeError(
    `${what}: chunks must be an array or another iterable, or a function that gives one, got ${found}; inChunks(size, x) cuts rows`,
  );
}

function awaited<Chunk>(iterator: AsyncIterator<Chunk>): Walk<Chunk> {
  return {
    async ask() {
      const result = await iterator.next();
      return () => result;
    },
    stop: async () => iterator.return?.(),
  };
}

function immediate<Chunk>(iterator: Iterator<Chunk>): Walk<Chunk> {
  return { ask: async () => () => iterator.next(), stop: async () => iterator.return?.() };
}
