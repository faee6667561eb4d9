import type { Shape } from "../shape.ts";

/** One dimension of a walk: its size and, for each array walked, its stride. */
export interface Dimension {
  readonly size: number;
  readonly strides: readonly number[];
}

/**
 * The dimensions of a walk over several arrays, as few as do: those of size 1 are dropped and neighbours that every
 * array passes through in one go are joined. At least one remains.
 */
export function merged(shape: Shape, strides: readonly (readonly number[])[]): Dimension[] {
  const dimensions: Dimension[] = [];
  shape.forEach((size, d) => {
    if (size === 1) return;
    const next = { size, strides: strides.map((s) => s[d]) };
    const last = dimensions.at(-1);
    if (last?.strides.every((s, i) => s === next.strides[i] * size)) {
      dimensions[dimensions.length - 1] = { size: last.size * size, strides: next.strides };
    } else dimensions.push(next);
  });
  return dimensions.length > 0 ? dimensions : [{ size: 1, strides: strides.map(() => 0) }];
}
