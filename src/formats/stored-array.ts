import type { Shape } from "../shape.ts";
import type { ByteSource } from "./byte-source.ts";

/** Integers of 1 to 8 bytes, with and without sign, and floats of 4 and 8: what array files hold. */
export type Elements =
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

/** How the bytes of a file become numbers. */
export interface ElementType {
  readonly bytes: number;
  /** The elements that fill `body`, which is theirs from then on. */
  read(body: ArrayBuffer): Elements;
}

/** Where an array lies in a file, and how to read it. */
export interface StoredArray {
  readonly shape: Shape;
  readonly type: ElementType;
  /** Whether the first dimension is the one that is contiguous. */
  readonly fortranOrder: boolean;
  /** Of the first element, in bytes from the front. */
  readonly start: number;
}

/** Bytes read at once: more would not be faster, and only hold memory. */
const most = 2 ** 25;

/**
 * Rows start .. start + count − 1 of an array [n, d] to the front of `out`, row-major; 64-bit integers are rounded to
 * doubles. Holds 32 MiB or one row; of a column-major array `count` numbers, and a read per column.
 */
export async function readStoredRows(
  source: ByteSource,
  array: StoredArray,
  start: number,
  count: number,
  out: Float64Array,
): Promise<void> {
  const { type, fortranOrder } = array;
  const [n, d] = array.shape;
  const [lines, length] = fortranOrder ? [d, count] : [count, d]; // what lies side by side in the file
  if (length === 0 || lines === 0) return;
  const together = fortranOrder ? 1 : Math.max(1, Math.floor(most / (d * type.bytes)));
  for (let line = 0; line < lines; line += together) {
    const size = Math.min(together, lines - line) * length;
    const first = fortranOrder ? line * n + start : (start + line) * d;
    const body = await source.read(array.start + first * type.bytes, size * type.bytes);
    const values = type.read(body.buffer);
    const [to, stride] = fortranOrder ? [line, d] : [line * d, 1];
    if (values instanceof BigInt64Array || values instanceof BigUint64Array || stride > 1) {
      for (let i = 0; i < size; i++) out[to + i * stride] = Number(values[i]);
    } else {
      out.set(values, to);
    }
  }
}
