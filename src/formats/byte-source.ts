/** Bytes that can be read at any place: a file, or memory. */
export interface ByteSource {
  readonly size: number;
  /** `length` bytes from `position` on, filling a buffer of their own. Rejects where there are fewer. */
  read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** What lies in memory, in several pieces: no single array holds more than 4 GiB. */
export function inMemory(pieces: readonly Uint8Array[]): ByteSource {
  const ends: number[] = [];
  for (const piece of pieces) ends.push((ends.at(-1) ?? 0) + piece.length);
  const size = ends.at(-1) ?? 0;
  return {
    size,
    async read(position, length) {
      if (position + length > size) throw new RangeError(`needs ${position + length} bytes, there are ${size}`);
      const out = new Uint8Array(length);
      let [low, high] = [0, pieces.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (ends[middle] <= position) low = middle + 1;
        else high = middle;
      }
      for (let k = low, at = 0; at < length; k++) {
        const from = position + at - (ends[k] - pieces[k].length);
        const part = pieces[k].subarray(from, from + length - at);
        out.set(part, at);
        at += part.length;
      }
      return out;
    },
  };
}

/** `size` bytes of a source from `start` on, as a source of its own. */
export function within(source: ByteSource, start: number, size: number): ByteSource {
  return { size, read: (position, length) => source.read(start + position, length) };
}

/** All bytes of a source, a MiB at a time. */
export async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < source.size; at += 2 ** 20) yield source.read(at, Math.min(2 ** 20, source.size - at));
}

/** What comes in pieces, as one array. */
export async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  const whole = inMemory(parts);
  return whole.read(0, whole.size);
}
