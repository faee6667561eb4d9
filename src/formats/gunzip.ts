import { checkOptions } from "../options.ts";
import { chunksOf, gathered, inMemory } from "./byte-source.ts";
import { inflate } from "./inflate.ts";

/** How errors call the data, and how much it may become. */
export interface GunzipOptions {
  name?: string;
  /** Most bytes that may come out, >= 0: 1 GiB unless given. */
  limit?: number;
}

/**
 * What is inside gzip data; bytes that do not start with gzip's 1f 8b are returned as they are. A small file can hold
 * gigabytes of zeros: rejects as soon as more than `limit` bytes have come out. Rejects for damaged and truncated data.
 */
export async function gunzip(bytes: Uint8Array, options: GunzipOptions = {}): Promise<Uint8Array> {
  const { name = "gunzip", limit = 2 ** 30 } = checkOptions("gunzip", options, ["name", "limit"]);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  if (!(limit >= 0)) throw new RangeError(`gunzip: limit must be >= 0 bytes, got ${limit}`);
  const told = { what: `${name}: the gzip data`, limit, remedy: "raise { limit } if that is right" };
  return gathered(inflate(chunksOf(inMemory([bytes])), "gzip", told));
}
