import { type Shape, show, sizeOf } from "../shape.ts";
import type { Dataset } from "./dataset.ts";

/** A typed array of which a part can be taken. */
type Part<Data> = ArrayBufferView & ArrayLike<number> & { subarray(from: number, end: number): Data };

/** Integers of 64 bits, as `readNpy` may give them. */
type Wide = BigInt64Array | BigUint64Array;

/** A shape without its first size. */
type Tail<S extends Shape> = S extends readonly [number, ...infer Rest] ? Rest : Shape;

/**
 * The rows of an array [n, ...shape] in memory as a data set of n items `{ data, shape }`, which a loader stacks again.
 * Nothing is copied: an item's data is a view of the array. What `readNpy` gives will do. Throws for an array that is a
 * single number, whose shape does not fit its numbers, or that holds int64 or uint64, for which a tensor has no room.
 */
export function arrays<Data extends Part<Data> | Wide, const S extends Shape>(array: {
  readonly data: Data;
  readonly shape: S;
}): Dataset<{ readonly data: Exclude<Data, Wide>; readonly shape: Tail<S> }> {
  const { data, shape } = array;
  if (!ArrayBuffer.isView(data) || !Array.isArray(shape)) {
    throw new TypeError(
      "arrays: needs { data, shape }, a typed array and its sizes: { data: Float32Array.of(...), shape: [n, d] }",
    );
  }
  if (isWide(data)) {
    throw new TypeError('arrays: holds 64-bit integers, for which a tensor has no room: save x.astype("f4") or "i4"');
  }
  if (shape.length === 0 || sizeOf(shape) !== data.length) {
    throw new RangeError(`arrays: needs numbers of shape [n, ...], got ${show(shape)} and ${data.length} numbers`);
  }
  const [length, ...rest] = shape;
  const size = sizeOf(rest);
  const part = (i: number): Data => data.subarray(i * size, (i + 1) * size);
  return {
    length,
    get(i) {
      if (!Number.isInteger(i) || i < 0 || i >= length)
        throw new RangeError(`arrays: no item ${i} in 0..${length - 1}`);
      return { data: part(i) as Exclude<Data, Wide>, shape: rest as readonly number[] as Tail<S> };
    },
  };
}

function isWide<Data>(data: Data | Wide): data is Wide {
  return data instanceof BigInt64Array || data instanceof BigUint64Array;
}
