import { type Shape, show, sizeOf } from "../shape.ts";
import { npyDescr } from "./npy-elements.ts";
import { locateNpy, writeNpyHeader } from "./npy-header.ts";
import type { Elements } from "./stored-array.ts";

/** Elements of an `.npy` file: integers of 1 to 8 bytes, with and without sign, and floats of 4 and 8. */
export type NpyData = Elements;

/** An array as NumPy saves it, row-major. */
export interface NpyArray {
  readonly shape: Shape;
  readonly data: NpyData;
}

/**
 * Reads an `.npy` file (NumPy's NEP 1; versions 1 to 3, both byte orders, row- or column-major) into a row-major typed
 * array. bool becomes Int8Array of 0 and 1 (a Uint8Array of pixels stands for 255ths), float16 Float32Array; int64 and
 * uint64 are arrays of bigints. `name` is what errors call the file. Throws for other elements (complex numbers, text,
 * objects, records) and unless the file is exactly as long as its header says; nothing is allocated before that is known.
 */
export function readNpy(bytes: Uint8Array, name: string = "readNpy"): NpyArray {
  const { shape, type, fortranOrder, start } = locateNpy(bytes, name);
  const body = Uint8Array.from(bytes.subarray(start)); // from, as the slice() of Node's Buffer makes no copy
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
  const header = writeNpyHeader(npyDescr(data), shape);
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return bytes;
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
