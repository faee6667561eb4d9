import { type Shape, show } from "../shape.ts";

/** Elements of an IDX file, by its element type. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** An array as an IDX file holds it: row-major, in this machine's byte order. */
export interface IdxArray {
  readonly shape: Shape;
  readonly data: IdxData;
}

interface ElementType {
  readonly bytes: number;
  /** Reads `count` big-endian elements from `at` on. */
  read(view: DataView, at: number, count: number): IdxData;
}

/** By the third byte of the file. The format is LeCun's, described with the MNIST database; numbers are big-endian. */
const elementTypes: Readonly<Record<number, ElementType>> = {
  8: { bytes: 1, read: (view, at, count) => new Uint8Array(view.buffer, view.byteOffset + at, count).slice() },
  9: { bytes: 1, read: (view, at, count) => new Int8Array(view.buffer, view.byteOffset + at, count).slice() },
  11: { bytes: 2, read: (view, at, count) => Int16Array.from({ length: count }, (_, i) => view.getInt16(at + 2 * i)) },
  12: { bytes: 4, read: (view, at, count) => Int32Array.from({ length: count }, (_, i) => view.getInt32(at + 4 * i)) },
  13: {
    bytes: 4,
    read: (view, at, count) => Float32Array.from({ length: count }, (_, i) => view.getFloat32(at + 4 * i)),
  },
  14: {
    bytes: 8,
    read: (view, at, count) => Float64Array.from({ length: count }, (_, i) => view.getFloat64(at + 8 * i)),
  },
};

/**
 * Reads an IDX file, the format of MNIST: two zero bytes, the element type, the number of dimensions, each size as a
 * big-endian uint32, then the elements, big-endian and row-major. `name` is what errors call the file.
 * Throws unless the file is exactly as long as its header says; nothing is allocated before that is known.
 */
export function readIdx(bytes: Uint8Array, name: string = "readIdx"): IdxArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new Error(
      `${name}: this is gzip data, not IDX: decompress it first (gunzip of this library, or gunzip FILE.gz)`,
    );
  }
  if (bytes.length < 4) {
    throw new Error(
      `${name}: ${bytes.length} bytes are too few for an IDX file, which starts with 4: get the whole file`,
    );
  }
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    const found = Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, "0")).join(" ");
    throw new Error(`${name}: an IDX file starts with the bytes 00 00, found ${found}: this is another kind of file`);
  }
  const type = elementTypes[bytes[2]];
  if (type === undefined) {
    throw new Error(
      `${name}: byte 2 names element type 0x${bytes[2].toString(16).padStart(2, "0")}, ` +
        "IDX has 0x08 uint8, 0x09 int8, 0x0b int16, 0x0c int32, 0x0d float32, 0x0e float64: the file is damaged",
    );
  }
  const rank = bytes[3];
  const start = 4 + 4 * rank;
  if (bytes.length < start) {
    throw new Error(
      `${name}: byte 3 promises ${rank} dimensions, so a header of ${start} bytes, but the file has ${bytes.length}: get the whole file`,
    );
  }
  const shape = Array.from({ length: rank }, (_, d) => view.getUint32(4 + 4 * d));
  // Sizes up to 2^32 may multiply past 2^53, where a double still compares rightly with any real length.
  const count = shape.reduce((product, n) => product * n, 1);
  const needed = start + count * type.bytes;
  if (bytes.length !== needed) {
    const difference = bytes.length - needed;
    const [what, remedy] =
      difference < 0
        ? [`${-difference} are missing`, "the file is truncated or its header is wrong: get it again"]
        : [`${difference} too many`, "something was appended or the header is wrong: get the file again"];
    throw new Error(
      `${name}: shape ${show(shape)} of ${type.bytes}-byte elements needs ${needed} bytes, the file has ${bytes.length} (${what}): ${remedy}`,
    );
  }
  return { shape, data: type.read(view, start, count) };
}
