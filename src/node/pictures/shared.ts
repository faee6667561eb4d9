import { nameIn, type Part, partOf } from "./parts.ts";
import type { PictureReader } from "./reader.ts";

/** Pictures of one size in memory that all threads see. */
export interface SharedPlace {
  readonly kind: "shared";
  /** The files they are from. */
  readonly parts: readonly Part[];
  /** Bytes [n, channels, height, width]. */
  readonly bytes: SharedArrayBuffer;
  /** Of one picture. */
  readonly shape: readonly [channels: number, height: number, width: number];
}

export function sharedReader({ parts, bytes, shape }: SharedPlace): PictureReader {
  const all = new Uint8Array(bytes);
  const size = shape[0] * shape[1] * shape[2];
  return {
    async get(i) {
      partOf(parts, i); // throws for an i that is none
      return { data: all.slice(i * size, (i + 1) * size), shape }; // in memory of its own, not shared
    },
    nameOf: (i) => nameIn(parts, i),
    close: async () => {},
  };
}
