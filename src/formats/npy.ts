import { type Shape, show, sizeOf } from "../shape.ts";
import { halfPrecision } from "./half.ts";
import { readNpyHeader, writeNpyHeader } from "./npy-header.ts";

/** Elements of an `.npy` file: integers of 1 to 8 bytes, with and without sign, and floats of 4 and 8. */
export type NpyData =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** An array as NumPy saves it, row-major. */
export interface NpyArray {
  readonly shape: Shape;
  readonly data: NpyData;
}

/** By NumPy's names, without the byte order. */
const constructors = {
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  i8: BigInt64Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  u8: BigUint64Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

interface ElementType {
  readonly bytes: number;
  /** The elements that fill `body`. */
  read(body: ArrayBuffer): NpyData;
}

/** What can be read: float16 has no typed array, but every one of its numbers is a float32 too. */
const elementTypes = new Map<string, ElementType>([
  ...Object.entries(constructors).map(([code, Elements]): [string, ElementType] => [
    code,
    { bytes: Elements.BYTES_PER_ELEMENT, read: (body) => new Elements(body) },
  ]),
  ["b1", { bytes: 1, read: (body) => new Int8Array(body) }],
  ["f2", { bytes: 2, read: (body) => Float32Array.from(new Uint16Array(body), halfPrecision) }],
]);

/**
 * Reads an `.npy` file (NumPy's NEP 1; versions 1 to 3, both byte orders, row- or column-major) into a row-major typed
 * array. bool becomes Int8Array of 0 and 1 (a Uint8Array of pixels stands for 255ths), float16 Float32Array; int64 and
 * uint64 are arrays of bigints. `name` is what errors call the file. Throws for other elements (complex numbers, text, objects, records) and unless the file is exactly as
 * long as its header says; nothing is allocated before that is known.
 */
export function readNpy(bytes: Uint8Array, name: string = "readNpy"): NpyArray {
  const { descr, fortranOrder, shape, start } = readNpyHeader(bytes, name);
  const [, order, code = ""] = /^([<>=|])(\w+)$/.exec(descr) ?? [];
  const type = elementTypes.get(code);
  if (type === undefined) {
    throw new Error(
      `${name}: holds elements of type ${JSON.stringify(descr)}; ${[...elementTypes.keys()].join(", ")} can be read: ` +
        'convert them before saving, such as with x.astype("f4")',
    );
  }
  // Sizes may multiply past 2^53, where a double still compares rightly with any real length.
  const needed = start + type.bytes * shape.reduce((product, n) => product * n, 1);
  if (bytes.length !== needed) {
    const difference = bytes.length - needed;
    throw new Error(
      `${name}: ${descr} ${show(shape)} needs ${needed} bytes, the file has ${bytes.length} ` +
        `(${difference < 0 ? `${-difference} are missing` : `${difference} too many`}): get it again`,
    );
  }
  const body = Uint8Array.from(bytes.subarray(start)); // from, as the slice() of Node's Buffer makes no copy
  if (order === ">") swapBytes(body, type.bytes);
  const data = type.read(body.buffer);
  return { shape, data: fortranOrder ? rowMajor(data, shape) : data };
}

/**
 * Writes an `.npy` file of version 1, little-endian and row-major: byte for byte what `numpy.save` writes.
 * Throws if the shape does not fit the data.
 */
export function writeNpy({ shape, data }: NpyArray): Uint8Array {
  if (sizeOf(shape) !== data.length || !shape.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new RangeError(`writeNpy: shape ${show(shape)} holds ${sizeOf(shape)} numbers, got ${data.length}`);
  }
  const code = Object.entries(constructors).find(([, Elements]) => data instanceof Elements)?.[0];
  if (code === undefined) throw new TypeError("writeNpy: data must be a typed array of integers or floats");
  const header = writeNpyHeader(`${data.BYTES_PER_ELEMENT === 1 ? "|" : "<"}${code}`, shape);
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return bytes;
}

/** Turns the bytes of every element round, in place. */
function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) {
    for (let low = at, high = at + width - 1; low < high; low++, high--) {
      const byte = bytes[low];
      bytes[low] = bytes[high];
      bytes[high] = byte;
    }
  }
}

/** Column-major elements in row-major order. */
function rowMajor(data: NpyData, shape: Shape): NpyData {
  const [from, to] = [data, data.slice()] as [Float64Array, Float64Array]; // of any kind: elements are only moved
  const place = new Array<number>(shape.length).fill(0);
  for (let k = 0, source = 0; k < to.length; k++) {
    to[k] = from[source];
    // One further in the last dimension; where that is full, back to its start and one further in the one before.
    for (let d = shape.length - 1, stride = from.length; d >= 0; d--) {
      stride /= shape[d];
      source += stride;
      if (++place[d] < shape[d]) break;
      source -= stride * shape[d];
      place[d] = 0;
    }
  }
  return to;
}
