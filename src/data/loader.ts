import { tensor } from "../autograd/create.ts";
import { Tensor } from "../autograd/tensor.ts";
import { defaultDevice } from "../devices/default.ts";
import type { Device } from "../devices/device.ts";
import { type Generator, stack } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { type Shape, sameShape, show } from "../shape.ts";
import type { Dataset } from "./dataset.ts";

/** Numbers with a shape: an `Image`, for one. */
interface Shaped {
  readonly data: Float32Array | Float64Array;
  readonly shape: Shape;
}

/**
 * What n items become: tensors, float arrays and `{ data, shape }` are stacked to a tensor [n, ...shape] (a float array
 * has shape [length]), numbers to a `number[]` (labels stay plain), tuples and objects place by place. Anything else,
 * such as text, is an array of the items.
 */
export type Batch<T> = T extends Tensor | Float32Array | Float64Array | Shaped
  ? Tensor
  : T extends number
    ? number[]
    : T extends readonly unknown[]
      ? { -readonly [K in keyof T]: Batch<T[K]> }
      : T extends object
        ? { -readonly [K in keyof T]: Batch<T[K]> }
        : T[];

export interface LoaderOptions {
  /** Items in a batch, >= 1. */
  batchSize: number;
  /** Draws a new order for each pass; without it items come in their own order. */
  shuffle?: Generator;
  /** Leave out a last batch that is not full: no unless asked for. */
  dropLast?: boolean;
  /** Where the tensors are made: the default device unless given. */
  device?: Device;
}

/** A data set in batches: `for await (const batch of loader(...))`, once per epoch. */
export interface Loader<T> extends AsyncIterable<Batch<T>> {
  /** Batches in one pass. */
  readonly length: number;
}

/** Batches of `dataset`. Throws for an empty pass or a batch size that is not a whole number >= 1. */
export function loader<T>(dataset: Dataset<T>, options: LoaderOptions): Loader<T> {
  const known = ["batchSize", "shuffle", "dropLast", "device"] as const;
  const { batchSize, shuffle, dropLast = false, device = defaultDevice() } = checkOptions("loader", options, known);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`loader: batchSize must be a whole number >= 1, got ${batchSize}`);
  }
  const length = dropLast ? Math.floor(dataset.length / batchSize) : Math.ceil(dataset.length / batchSize);
  if (length === 0) {
    throw new RangeError(
      `loader: ${dataset.length} items make no batch of ${batchSize}${dropLast ? " with dropLast" : ""}: lower batchSize`,
    );
  }
  return {
    length,
    async *[Symbol.asyncIterator]() {
      const order = shuffle?.permutation(dataset.length) ?? Int32Array.from({ length: dataset.length }, (_, i) => i);
      for (let b = 0; b < length; b++) {
        const chosen = Array.from(order.subarray(b * batchSize, (b + 1) * batchSize), (i) => dataset.get(i));
        yield collate(await Promise.all(chosen), device) as Batch<T>;
      }
    },
  };
}

function collate(items: readonly unknown[], device: Device): unknown {
  const [first] = items;
  if (typeof first === "number") return items;
  if (first instanceof Tensor) return stack(items as Tensor[], { dim: 0 });
  if (isFloats(first))
    return stackArrays(
      (items as Shaped["data"][]).map((data) => ({ data, shape: [data.length] })),
      device,
    );
  if (isShaped(first)) return stackArrays(items as Shaped[], device);
  if (Array.isArray(first))
    return first.map((_, k) =>
      collate(
        (items as unknown[][]).map((item) => item[k]),
        device,
      ),
    );
  if (typeof first === "object" && first !== null) {
    const records = items as Record<string, unknown>[];
    return Object.fromEntries(
      Object.keys(first).map((key) => [
        key,
        collate(
          records.map((item) => item[key]),
          device,
        ),
      ]),
    );
  }
  return items;
}

/** [...shape] n times -> [n, ...shape] */
function stackArrays(items: readonly Shaped[], device: Device): Tensor {
  const { shape, data } = items[0];
  const all =
    device.dtype === "float64"
      ? new Float64Array(items.length * data.length)
      : new Float32Array(items.length * data.length);
  items.forEach((item, i) => {
    if (!sameShape(item.shape, shape)) {
      throw new RangeError(
        `loader: items of one batch have shapes ${show(shape)} and ${show(item.shape)}: bring them to one shape first`,
      );
    }
    all.set(item.data, i * data.length);
  });
  return tensor(all, { shape: [items.length, ...shape], device });
}

function isFloats(value: unknown): value is Shaped["data"] {
  return value instanceof Float32Array || value instanceof Float64Array;
}

function isShaped(value: unknown): value is Shaped {
  return typeof value === "object" && value !== null && "shape" in value && "data" in value && isFloats(value.data);
}
