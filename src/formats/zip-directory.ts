import type { ByteSource } from "./byte-source.ts";

/** A file in a zip archive, as the directory at the archive's end has it. */
export interface ZipEntry {
  readonly name: string;
  /** 0 is stored as it is, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  /** Bytes in the archive, and what they become. */
  readonly packed: number;
  readonly size: number;
  /** Where its own header starts. */
  readonly header: number;
}

/** Most bytes of a directory, which is held in memory, and most files in it: each has a header to read. */
const [longestDirectory, mostFiles] = [2 ** 26, 2 ** 16];

/** The record at the end, and the longest comment that may follow it. */
const [endLength, longestComment] = [22, 0xffff];

/**
 * The directory of a zip archive (PKWARE's APPNOTE 6.3), with the wide numbers of zip64. Rejects, naming the file, for
 * what is no archive, is cut, or lists what cannot be where it says, two files of one name or one place; for encrypted
 * files, and for more than 65,536 files or 64 MiB of directory.
 */
export async function readZipDirectory(source: ByteSource, name: string): Promise<ZipEntry[]> {
  const { at, size, count } = await findDirectory(source, name);
  const bytes = await source.read(at, size);
  const view = new DataView(bytes.buffer);
  const entries: ZipEntry[] = [];
  for (let place = 0; entries.length < count; ) {
    if (place + 46 > size || view.getUint32(place, true) !== 0x02014b50) {
      throw new Error(`${name}: the zip directory ends after ${entries.length} of ${count} files: ${damaged}`);
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((k) => view.getUint16(place + k, true));
    const next = place + 46 + nameLength + extraLength + commentLength;
    if (next > size) throw new Error(`${name}: file ${entries.length} of the zip directory is cut short: ${damaged}`);
    const text = new TextDecoder().decode(bytes.subarray(place + 46, place + 46 + nameLength));
    if (view.getUint16(place + 8, true) & 1) {
      throw new Error(`${name}: "${text}" in it is encrypted: write the archive without a password`);
    }
    const extra = new DataView(bytes.buffer, place + 46 + nameLength, extraLength);
    const narrow = [24, 20, 42].map((k) => view.getUint32(place + k, true));
    const [full, packed, header] = wide(narrow, extra);
    const method = view.getUint16(place + 10, true);
    entries.push({ name: text, method, crc: view.getUint32(place + 16, true), packed, size: full, header });
    place = next;
  }
  checkApart(entries, name);
  return entries;
}

/** Small archives that become large list the same data many times. */
function checkApart(entries: readonly ZipEntry[], name: string): void {
  const names = new Set<string>();
  let before: ZipEntry | undefined;
  for (const entry of entries.toSorted((a, b) => a.header - b.header)) {
    if (names.has(entry.name)) throw new Error(`${name}: lists two files "${entry.name}": write each array once`);
    if (before && before.header + 30 + before.packed > entry.header) {
      throw new Error(`${name}: "${entry.name}" in it lies over "${before.name}": ${damaged}`);
    }
    names.add(entry.name);
    before = entry;
  }
}

const damaged = "the archive is damaged or truncated, get it again";

/** Where the directory lies, and how many files it lists. */
async function findDirectory(source: ByteSource, name: string): Promise<{ at: number; size: number; count: number }> {
  const tailStart = Math.max(0, source.size - endLength - longestComment);
  const tail = await source.read(tailStart, source.size - tailStart);
  const view = new DataView(tail.buffer);
  let end = tail.length - endLength;
  const isEnd = (at: number): boolean =>
    view.getUint32(at, true) === 0x06054b50 && at + endLength + view.getUint16(at + 20, true) === tail.length;
  while (end >= 0 && !isEnd(end)) end--;
  if (end < 0) throw new Error(`${name}: has no zip directory at its end: ${damaged}`);
  let found = {
    at: view.getUint32(end + 16, true),
    size: view.getUint32(end + 12, true),
    count: view.getUint16(end + 10, true),
  };
  if (end >= 20 && view.getUint32(end - 20, true) === 0x07064b50) {
    const record = Number(view.getBigUint64(end - 12, true));
    if (record + 56 > source.size) throw new Error(`${name}: its zip64 record lies outside the file: ${damaged}`);
    const zip64 = new DataView((await source.read(record, 56)).buffer);
    if (zip64.getUint32(0, true) !== 0x06064b50)
      throw new Error(`${name}: has no zip64 record where it says: ${damaged}`);
    const [count, size, at] = [32, 40, 48].map((k) => Number(zip64.getBigUint64(k, true)));
    found = { at, size, count };
  }
  if (found.at + found.size > tailStart + end || found.count * 46 > found.size) {
    throw new Error(
      `${name}: a zip directory of ${found.count} files and ${found.size} bytes at ${found.at} has no room in the file: ${damaged}`,
    );
  }
  if (found.size > longestDirectory || found.count > mostFiles) {
    throw new Error(
      `${name}: a zip directory of ${found.count} files and ${found.size} bytes is too large: write fewer`,
    );
  }
  return found;
}

/** Numbers of 32 bits, with those that are all ones taken from the extra field of zip64, which holds them in this order. */
function wide(narrow: readonly number[], extra: DataView): number[] {
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    return narrow.map((value) => {
      if (value !== 0xffffffff || next + 8 > extra.byteLength) return value;
      next += 8;
      return Number(extra.getBigUint64(next - 8, true));
    });
  }
  return [...narrow];
}
