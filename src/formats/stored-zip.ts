import { crc32 } from "./crc32.ts";

/** The bytes of a zip archive's parts without names: a file's own header, its entry in the directory, the end. */
const [headerLength, entryLength, endLength] = [30, 46, 22];

/** Most files, and most bytes, without zip64. */
const [mostFiles, most] = [0xffff, 0xffffffff];

/** 1980-01-01, the first day that zip knows: equal files give equal archives. */
const day = 0x21;

/** What a file's own header and its entry in the directory both say. */
interface Stored {
  readonly name: Uint8Array;
  readonly content: Uint8Array;
  readonly crc: number;
  /** Where its own header starts. */
  readonly at: number;
}

/**
 * A zip archive (PKWARE's APPNOTE 6.3) of files as they are, neither packed nor encrypted, in this order. Throws, for
 * `what`, above 65,535 files or 4 GiB, which only zip64 holds.
 */
export function storedZip(what: string, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  let at = 0;
  const entries = [...files].map(([text, content]): Stored => {
    const name = new TextEncoder().encode(text);
    const entry = { name, content, crc: crc32(content), at };
    at += headerLength + name.length + content.length;
    return entry;
  });
  const directory = entries.reduce((sum, { name }) => sum + entryLength + name.length, 0);
  const size = at + directory + endLength;
  if (files.size > mostFiles || size > most) {
    throw new RangeError(`${what}: ${files.size} files of ${size} bytes are too many for one archive: write several`);
  }
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  const u16 = (place: number, ...values: number[]): void =>
    values.forEach((value, i) => { view.setUint16(place + 2 * i, value, true); }); // biome-ignore format: short
  const u32 = (place: number, ...values: number[]): void =>
    values.forEach((value, i) => { view.setUint32(place + 4 * i, value, true); }); // biome-ignore format: short
  /** From the version that is needed to unpack it to the length of its name. */
  const about = (place: number, { name, content, crc }: Stored): void => {
    u16(place, 20, 0x800, 0, 0, day); // 0x800: names are UTF-8
    u32(place + 10, crc, content.length, content.length);
    u16(place + 22, name.length);
  };
  let place = at;
  for (const entry of entries) {
    u32(entry.at, 0x04034b50);
    about(entry.at + 4, entry);
    out.set(entry.name, entry.at + headerLength);
    out.set(entry.content, entry.at + headerLength + entry.name.length);
    u32(place, 0x02014b50);
    u16(place + 4, 20);
    about(place + 6, entry);
    u32(place + 42, entry.at);
    out.set(entry.name, place + entryLength);
    place += entryLength + entry.name.length;
  }
  u32(place, 0x06054b50);
  u16(place + 8, entries.length, entries.length);
  u32(place + 12, directory, at);
  return out;
}
