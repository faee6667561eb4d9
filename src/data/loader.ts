import { tensor } from "../autograd/create.ts";
import { Tensor } from "../autograd/tensor.ts";
import { defaultDevice } from "../devices/default.ts";
import type { Device } from "../devices/device.ts";
import { type Generator, stack } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { type Shape, sameShape, show, sizeOf } from "../shape.ts";
import type { Dataset } from "./dataset.ts";

/** A typed array, but not of bigints. */
type Numbers = ArrayBufferView & ArrayLike<number>;

/** Numbers with a shape: an `Image`, for one. */
interface Shaped {
  readonly data: Numbers;
  readonly shape: Shape;
}

/**
 * What n items become: tensors, typed arrays and `{ data, shape }` are stacked to a tensor [n, ...shape] (a typed array
 * has shape [length]), numbers to a `number[]` (labels stay plain), tuples and plain objects place by place. Text and
 * whatever else is no object is an array of the items. Objects of other classes cannot be batched.
 */
export type Batch<T> = T extends Tensor | Numbers | Shaped
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
  /** Where the tensors are made: the default device unless given. Items that are tensors must be on it already. */
  device?: Device;
}

/**
 * A data set in batches: `for await (const batch of loader(...))`, once per epoch. A batch is whoever's took it: the
 * loader neither keeps nor frees it. Its memory comes back by the garbage collector, for which the loader gives the
 * device time before each batch, or by `batch.storage.free()`; a scope does not reach it, since it was made outside.
 */
export interface Loader<T> extends AsyncIterable<Batch<T>> {
  /** Batches in one pass. */
  readonly length: number;
  /**
   * One pass that begins at batch `first`, 0..length: with the generator of `shuffle` in the state it had before the
   * interrupted pass, the batches that pass still owed. Items before them are never fetched, so whatever else draws (the
   * generator of `transformed`) must be put back by itself.
   */
  from(first: number): AsyncIterable<Batch<T>>;
}

/** Batches of `dataset`. Throws for an empty pass or a batch size that is not a whole number >= 1. */
export function loader<T>(dataset: Dataset<T>, options: LoaderOptions): Loader<T> {
  const known = ["batchSize", "shuffle", "dropLast", "device"] as const;
  const { batchSize, shuffle, dropLast = false, device } = checkOptions("loader", options, known);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`loader: batchSize must be a whole number >= 1, got ${batchSize}`);
  }
  if (shuffle !== undefined && typeof shuffle.permutation !== "function") {
    throw new TypeError(`loader: shuffle must be a generator, such as generator(0), got ${String(shuffle)}`);
  }
  const length = dropLast ? Math.floor(dataset.length / batchSize) : Math.ceil(dataset.length / batchSize);
  if (length === 0) {
    throw new RangeError(
      `loader: ${dataset.length} items make no batch of ${batchSize}${dropLast ? " with dropLast" : ""}: lower batchSize`,
    );
  }
  async function* pass(first: number): AsyncGenerator<Batch<T>, void, undefined> {
    const order = shuffle?.permutation(dataset.length) ?? Int32Array.from({ length: dataset.length }, (_, i) => i);
    for (let b = first; b < length; b++) {
      await (device ?? defaultDevice()).breathe?.();
      // async: an item that throws at once must not leave the promises of those before it to nobody
      const chosen = Array.from(order.subarray(b * batchSize, (b + 1) * batchSize), async (i) => dataset.get(i));
      yield collate(await Promise.all(chosen), device) as Batch<T>;
    }
  }
  return {
    length,
    from(first) {
      if (Number.isInteger(first) && first >= 0 && first <= length) return pass(first);
      throw new RangeError(`loader: from needs a whole number in 0..${length}, the batches of a pass, got ${first}`);
    },
    [Symbol.asyncIterator]: () => pass(0),
  };
}

function collate(items: readonly unknown[], device: Device | undefined): unknown {
  if (items.every((item) => item instanceof Tensor)) return stackTensors(items, device);
  if (items.every(isNumbers)) {
    return stackArrays(
      items.map((data) => ({ data, shape: [data.length] })),
      device,
    );
  }
  if (items.every(isShaped)) return stackArrays(items, device);
  if (items.every(isRecord)) return placeByPlace(items, device);
  if (!items.some((item) => typeof item === "object" && item !== null)) return items;
  const kinds = [...new Set(items.map(kindOf))];
  throw new TypeError(
    kinds.length > 1
      ? `loader: items of one batch are of different kinds: ${kinds.join(" and ")}`
      : `loader: cannot batch a ${kinds[0]}: give numbers, typed arrays of them, tensors, text, tuples or plain objects`,
  );
}

function stackTensors(items: readonly Tensor[], device: Device = items[0].device): Tensor {
  const other = items.find((item) => item.device !== device);
  if (other === undefined) return stack(items, { dim: 0 });
  throw new Error(
    `loader: an item is on ${other.device.name} (${other.device.dtype}), the batch on ${device.name} (${device.dtype}): ` +
      "make it there, or await item.to(device)",
  );
}

/** [...shape] n times -> [n, ...shape] */
function stackArrays(items: readonly Shaped[], device: Device = defaultDevice()): Tensor {
  const { shape } = items[0];
  const size = sizeOf(shape);
  const all =
    device.dtype === "float64" ? new Float64Array(items.length * size) : new Float32Array(items.length * size);
  items.forEach((item, i) => {
    if (!sameShape(item.shape, shape)) {
      throw new RangeError(
        `loader: items of one batch have shapes ${show(shape)} and ${show(item.shape)}: bring them to one shape first`,
      );
    }
    if (item.data.length !== size) {
      throw new RangeError(`loader: an item's shape ${show(shape)} holds ${size} numbers, got ${item.data.length}`);
    }
    all.set(item.data, i * size);
  });
  return tensor(all, { shape: [items.length, ...shape], device });
}

/** n tuples -> a tuple of batches, n objects -> an object of batches */
function placeByPlace(items: readonly Record<string, unknown>[], device: Device | undefined): unknown {
  const keys = Object.keys(items[0]);
  for (const item of items) {
    const found = Object.keys(item);
    if (found.length === keys.length && keys.every((key) => Object.hasOwn(item, key))) continue;
    throw new RangeError(`loader: items of one batch have the keys ${keys.join(", ")} and ${found.join(", ")}`);
  }
  const batches = keys.map((key) =>
    collate(
      items.map((item) => item[key]),
      device,
    ),
  );
  return Array.isArray(items[0]) ? batches : Object.fromEntries(keys.map((key, k) => [key, batches[k]]));
}

function isNumbers(value: unknown): value is Numbers {
  const others = [DataView, BigInt64Array, BigUint64Array];
  return ArrayBuffer.isView(value) && !others.some((other) => value instanceof other);
}

function isShaped(value: unknown): value is Shaped {
  if (typeof value !== "object" || value === null || !("shape" in value && "data" in value)) return false;
  return Array.isArray(value.shape) && isNumbers(value.data);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return Array.isArray(value) || kindOf(value) === "Object";
}

/** What errors call it: the class of an object, else the type. */
function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  const prototype: { constructor?: { name: string } } | null = Object.getPrototypeOf(value);
  return prototype?.constructor?.name ?? "Object"; // Object.create(null) has none
}
