/** Anything with a length and items; an item may have to be waited for. */
export interface Dataset<T> {
  readonly length: number;
  /** Item i of 0..length-1. */
  get(i: number): T | Promise<T>;
}

/** The items of `dataset` at `indices`, in that order. Throws for an index that is not 0..length-1. */
export function subset<T>(dataset: Dataset<T>, indices: ArrayLike<number>): Dataset<T> {
  const chosen = Array.from(indices);
  for (const i of chosen) {
    if (!Number.isInteger(i) || i < 0 || i >= dataset.length) {
      throw new RangeError(`subset: index ${i} is no whole number in 0..${dataset.length - 1}`);
    }
  }
  return { length: chosen.length, get: (i) => dataset.get(chosen[i]) };
}
