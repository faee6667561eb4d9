import type { Compressors, DataReader, PageHeader, SchemaTree } from "hyparquet";
import type { ColumnChunk } from "./parquet-columns.ts";

/** Most entries of a column in one row group: as JavaScript holds them, some gigabytes. */
const mostValues = 2 ** 27;

/** Most bytes of one page. */
const mostBytes = 2 ** 30;

/** How many times as long a page can become, by the layout of the codec; not told of others. */
const mostTimes: Readonly<Record<string, number>> = { UNCOMPRESSED: 1, SNAPPY: 22, LZ4: 256, LZ4_RAW: 256, GZIP: 1033 };

/** The parts of hyparquet that the guard needs. */
export interface PageReaders {
  parquetHeader(reader: DataReader): PageHeader;
  decompressPage(bytes: Uint8Array, size: number, codec: ColumnChunk["codec"], compressors?: Compressors): Uint8Array;
}

/**
 * Looks through the pages of a column's chunk before hyparquet, which believes every count in them, makes arrays of that
 * length: a flipped bit may ask for gigabytes, or for a loop without an end. `bytes` is the chunk, `schema` its column from
 * the top down. Throws where counts do not add up; what is wrong with the values themselves passes.
 */
export function checkPages(
  bytes: Uint8Array<ArrayBuffer>,
  chunk: ColumnChunk,
  schema: readonly SchemaTree[],
  compressors: Compressors,
  { parquetHeader, decompressPage }: PageReaders,
): void {
  if (!(chunk.values >= 0 && chunk.values <= mostValues)) {
    throw new Error(
      `a row group of ${chunk.values} values is beyond the ${mostValues} that can be read: write smaller row groups`,
    );
  }
  const repetition = schema.filter(({ element }) => element.repetition_type === "REPEATED").length;
  const definition = schema.filter(({ element }) => element.repetition_type !== "REQUIRED").length;
  const reader = { view: new DataView(bytes.buffer), offset: 0 };
  let values = 0;
  while (values < chunk.values) {
    const header = parquetHeader(reader);
    const { compressed_page_size: packed, uncompressed_page_size: size } = header;
    check(Number.isInteger(packed) && Number.isInteger(size), "a page without a length");
    check(packed >= 0 && reader.offset + packed <= bytes.length, `a page of ${packed} bytes`);
    const most = Math.min(mostBytes, packed * (mostTimes[chunk.codec] ?? Number.POSITIVE_INFINITY) + 64);
    check(size >= 0 && size <= most, `a page of ${packed} bytes that becomes ${size}`);
    const page = bytes.subarray(reader.offset, reader.offset + packed);
    reader.offset += packed;
    const unpacked = (from: number): Uint8Array =>
      decompressPage(page.subarray(from), size - from, chunk.codec, compressors);
    const { data_page_header: v1, data_page_header_v2: v2, dictionary_page_header: dictionary } = header;
    if (dictionary && header.type === "DICTIONARY_PAGE") {
      check(inRange(dictionary.num_values, size), `a dictionary of ${dictionary.num_values} entries`);
      continue;
    }
    const count = (v1 ?? v2)?.num_values ?? -1;
    check(inRange(count, chunk.values - values), `a page of ${count} values`);
    values += count;
    if (v1 && header.type === "DATA_PAGE") {
      const content = unpacked(0);
      let at = 0;
      for (const level of [repetition, definition].filter((most) => most > 0)) {
        const length = new DataView(content.buffer, content.byteOffset + at, 4).getUint32(0, true);
        check(at + 4 + length <= content.length, `levels of ${length} bytes`);
        checkRuns(content.subarray(at + 4, at + 4 + length), width(level), count);
        at += 4 + length;
      }
      checkDelta(v1.encoding, content.subarray(at));
      if (/DICTIONARY$/.test(v1.encoding)) checkRuns(content.subarray(at + 1), content[at], count, true);
    } else if (v2 && header.type === "DATA_PAGE_V2") {
      const { repetition_levels_byte_length: first, definition_levels_byte_length: second } = v2;
      check(inRange(first, packed) && inRange(first + second, packed) && second >= 0, "levels longer than the page");
      check(inRange(v2.num_nulls, count) && inRange(v2.num_rows, count), `${v2.num_nulls} nulls of ${count} values`);
      if (repetition > 0) checkRuns(page.subarray(0, first), width(repetition), count);
      if (definition > 0) checkRuns(page.subarray(first, first + second), width(definition), count);
      const content = v2.is_compressed === false ? page.subarray(first + second) : unpacked(first + second);
      checkDelta(v2.encoding, content);
      if (/DICTIONARY$/.test(v2.encoding)) checkRuns(content.subarray(1), content[0], count - v2.num_nulls, true);
    } else {
      check(false, `a page of type ${header.type}`);
    }
  }
}

/** Bits that hold numbers up to `most`. */
function width(most: number): number {
  return 32 - Math.clz32(most);
}

function inRange(count: number, most: number): boolean {
  return Number.isInteger(count) && count >= 0 && count <= most;
}

function check(holds: boolean, found: string): void {
  if (!holds) throw new Error(`the counts do not add up (${found})`);
}

/** Texts that share what the one before starts with grow with its square; differences ask for room by the parts of a block. */
function checkDelta(encoding: string, bytes: Uint8Array): void {
  if (!encoding.startsWith("DELTA")) return;
  if (encoding === "DELTA_BYTE_ARRAY")
    throw new Error(`texts in ${encoding}: write it with plain or dictionary encoding`);
  const { value: parts } = varint(bytes, varint(bytes, 0).at);
  check(parts > 0 && parts <= bytes.length, `blocks of ${parts} parts`);
}

/** A number in groups of 7 bits, and where it ends. */
function varint(bytes: Uint8Array, start: number): { value: number; at: number } {
  let [value, at, shift] = [0, start, 0];
  do {
    value += (bytes[at] & 127) * 2 ** shift;
    shift += 7;
  } while (bytes[at++] >= 128 && at < bytes.length && shift < 35);
  return { value, at };
}

/**
 * Walks the runs of Parquet's RLE and bit-packed hybrid, of numbers of `bits` bits: they must hold `count` numbers, the
 * last run no more than fills up its bytes; or `fewer`, where some of the values are nulls.
 */
function checkRuns(bytes: Uint8Array, bits: number, count: number, fewer = false): void {
  check(bits <= 32, `numbers of ${bits} bits`);
  let [at, seen] = [0, 0];
  while (seen < count && at < bytes.length) {
    const { value: header, at: next } = varint(bytes, at);
    at = next;
    const run = Math.floor(header / 2);
    const packed = header % 2 === 1;
    seen += packed ? run * 8 : run;
    at += packed ? run * bits : Math.ceil(bits / 8);
    check(run > 0 && seen <= count + (packed ? 7 : 0) && (packed || at <= bytes.length), `a run of ${run}`);
  }
  check(fewer || seen >= count, `${seen} of ${count} levels`);
}
