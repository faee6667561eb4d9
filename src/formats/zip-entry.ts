import { type ByteSource, chunksOf, within } from "./byte-source.ts";
import { crc32 } from "./crc32.ts";
import { inflate } from "./inflate.ts";
import type { ZipEntry } from "./zip-directory.ts";

/** How errors call the archive, and what one file in it may become. */
export interface ZipLimit {
  readonly name: string;
  readonly limit: number;
  readonly remedy: string;
}

/** The bytes of a file in an archive as they lie there, packed or not. Rejects where its own header is not there. */
export async function zipBytes(source: ByteSource, entry: ZipEntry, name: string): Promise<ByteSource> {
  const fixed = 30;
  if (entry.header + fixed + entry.packed > source.size) {
    throw new Error(
      `${name}: "${entry.name}" in it would end outside the file: it is damaged or truncated, get it again`,
    );
  }
  const view = new DataView((await source.read(entry.header, fixed)).buffer);
  const start = entry.header + fixed + view.getUint16(26, true) + view.getUint16(28, true);
  if (view.getUint32(0, true) !== 0x04034b50 || start + entry.packed > source.size) {
    throw new Error(`${name}: "${entry.name}" is not where its zip directory says: it is damaged, get it again`);
  }
  return within(source, start, entry.packed);
}

/**
 * What a file in an archive holds, piece by piece. Rejects at the end unless length and checksum are the directory's,
 * as soon as more than `limit` bytes have come out, and for methods other than stored and deflated.
 */
export async function* zipContent(
  source: ByteSource,
  entry: ZipEntry,
  { name, limit, remedy }: ZipLimit,
): AsyncGenerator<Uint8Array> {
  if (entry.method !== 0 && entry.method !== 8) {
    throw new Error(
      `${name}: "${entry.name}" in it is packed by method ${entry.method}; stored (0) and deflated (8) can be read: ` +
        "write it with numpy.savez or savez_compressed",
    );
  }
  const packed = chunksOf(await zipBytes(source, entry, name));
  const what = `${name}: the data of "${entry.name}" in it`;
  let [crc, length] = [0, 0];
  for await (const piece of entry.method === 0 ? packed : inflate(packed, "deflate-raw", { what, limit, remedy })) {
    crc = crc32(piece, crc);
    length += piece.length;
    if (length > limit) throw new RangeError(`${what} holds more than ${limit} bytes: ${remedy}`);
    yield piece;
  }
  if (length !== entry.size || crc !== entry.crc) {
    throw new Error(
      `${what} is damaged: ${length} bytes with checksum ${crc.toString(16)}, needs ${entry.size} with ` +
        `${entry.crc.toString(16)}: get it again`,
    );
  }
}
