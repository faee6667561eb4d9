/** What errors say of compressed data. */
export interface Inflation {
  /** Such as `x.csv.gz: the gzip data`. */
  readonly what: string;
  /** Most bytes that may come out. */
  readonly limit: number;
  /** What to do where more would. */
  readonly remedy: string;
}

/**
 * The pieces that compressed data becomes. Rejects as soon as more than `limit` bytes have come out, and for damaged data;
 * and with what `packed` throws.
 */
export async function* inflate(
  packed: AsyncIterable<Uint8Array<ArrayBuffer>>,
  format: "gzip" | "deflate-raw",
  { what, limit, remedy }: Inflation,
): AsyncGenerator<Uint8Array> {
  const pieces = packed[Symbol.asyncIterator]();
  let lost: unknown; // why there are no more
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await pieces.next().catch((error: unknown) => {
        lost = error;
        throw error;
      });
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  const reader = stream.pipeThrough(new DecompressionStream(format)).getReader();
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        if (lost !== undefined) throw lost;
        throw new Error(`${what} is damaged or truncated (${(cause as Error).message}): get it again`, { cause });
      });
      if (done) return;
      length += value.length;
      if (length > limit) throw new RangeError(`${what} holds more than ${limit} bytes: ${remedy}`);
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {}); // it ends here in any case
  }
}
