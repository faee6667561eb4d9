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

/** `count` items of `dataset`, evenly spaced from the first on. Throws if it has fewer. */
export function evenly<T>(dataset: Dataset<T>, count: number): Dataset<T> {
  if (!Number.isInteger(count) || count < 0 || count > dataset.length) {
    throw new RangeError(`evenly: asked for ${count} items of a data set of ${dataset.length}`);
  }
  return subset(
    dataset,
    Int32Array.from({ length: count }, (_, i) => Math.floor((i * dataset.length) / count)),
  );
}
