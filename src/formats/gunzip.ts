import { checkOptions } from "../options.ts";

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
  const parts: Uint8Array[] = [];
  let length = 0;
  // A copy: the stream wants memory that no other thread can write.
  const reader = new Blob([Uint8Array.from(bytes)]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new Error(`${name}: the gzip data is damaged or truncated (${(cause as Error).message}): get it again`, {
        cause,
      });
    });
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel().catch(() => {}); // it ends here in any case
      throw new RangeError(`${name}: the gzip data holds more than ${limit} bytes: raise { limit } if that is right`);
    }
    parts.push(value);
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
