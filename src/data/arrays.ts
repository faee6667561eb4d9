import { type Shape, show, sizeOf } from "../shape.ts";
import type { Dataset } from "./dataset.ts";

/** A typed array of which a part can be taken. */
type Part<Data> = ArrayBufferView & ArrayLike<number> & { subarray(from: number, end: number): Data };

/** A shape without its first size. */
type Tail<S extends Shape> = S extends readonly [number, ...infer Rest] ? Rest : Shape;

/**
 * The rows of an array [n, ...shape] in memory as a data set of n items `{ data, shape }`, which a loader stacks again.
 * Nothing is copied: an item's data is a view of the array. Throws for an array that is a single number, or whose shape
 * does not fit its numbers.
 */
export function arrays<Data extends Part<Data>, const S extends Shape>(array: {
  readonly data: Data;
  readonly shape: S;
}): Dataset<{ readonly data: Data; readonly shape: Tail<S> }> {
  const { data, shape } = array;
  if (shape.length === 0 || sizeOf(shape) !== data.length) {
    throw new RangeError(`arrays: needs numbers of shape [n, ...], got ${show(shape)} and ${data.length} numbers`);
  }
  const [length, ...rest] = shape;
  const size = sizeOf(rest);
  return {
    length,
    get(i) {
      if (!Number.isInteger(i) || i < 0 || i >= length)
        throw new RangeError(`arrays: no item ${i} in 0..${length - 1}`);
      return { data: data.subarray(i * size, (i + 1) * size), shape: rest as readonly number[] as Tail<S> };
    },
  };
}
