import { defaultDevice } from "../devices/default.ts";
import type { Device } from "../devices/device.ts";
import { checkOptions } from "../options.ts";
import { checkShape, type Shape, show, sizeOf } from "../shape.ts";
import { type Tensor, upload } from "./tensor.ts";

/** Numbers, or arrays of them nested to one depth. */
export type NestedArray = number | readonly NestedArray[];

export interface CreateOptions {
  /** Where it lives, and with it float32 or float64; the default device unless given. */
  device?: Device;
  /** Whether `backward` returns a gradient for it. */
  requiresGrad?: boolean;
}

export interface TensorOptions extends CreateOptions {
  /** Needed to give a typed array more than one dimension; otherwise read off the nesting. */
  shape?: Shape;
}

/**
 * A tensor from nested arrays, `tensor([[1, 2], [3, 4]])`, a typed array with a shape, or one number (shape `[]`).
 * Throws if the arrays are ragged, an entry is not a number, or `shape` does not fit the count.
 */
export function tensor(
  values: NestedArray | (ArrayBufferView & ArrayLike<number>),
  options: TensorOptions = {},
): Tensor {
  checkOptions("tensor", options, ["shape", "device", "requiresGrad"]);
  const [flat, found] = ArrayBuffer.isView(values) ? [values as ArrayLike<number>, [values.length]] : flatten(values);
  const shape = options.shape ?? found;
  checkShape(shape, "tensor");
  if (sizeOf(shape) !== flat.length) {
    throw new RangeError(`tensor: shape ${show(shape)} holds ${sizeOf(shape)} numbers, got ${flat.length}`);
  }
  return create(flat, [...shape], options);
}

export function zeros(shape: Shape, options: CreateOptions = {}): Tensor {
  return full(shape, 0, options);
}

export function ones(shape: Shape, options: CreateOptions = {}): Tensor {
  return full(shape, 1, options);
}

/** Every entry is `value`. */
export function full(shape: Shape, value: number, options: CreateOptions = {}): Tensor {
  checkOptions("full", options, ["device", "requiresGrad"]);
  checkShape(shape, "full");
  return create(new Float64Array(sizeOf(shape)).fill(value), [...shape], options);
}

/** 0, 1, ..., n-1 with shape `[n]`. */
export function arange(n: number, options: CreateOptions = {}): Tensor {
  checkOptions("arange", options, ["device", "requiresGrad"]);
  checkShape([n], "arange");
  return create(
    Float64Array.from({ length: n }, (_, i) => i),
    [n],
    options,
  );
}

function create(
  values: ArrayLike<number>,
  shape: Shape,
  { device = defaultDevice(), requiresGrad = false }: CreateOptions,
): Tensor {
  const made = upload(values, shape, device);
  return requiresGrad ? made.withGrad() : made;
}

function flatten(values: NestedArray): [number[], number[]] {
  const shape: number[] = [];
  for (let first: NestedArray | undefined = values; Array.isArray(first); first = first[0]) shape.push(first.length);
  const flat: number[] = [];
  const walk = (value: NestedArray, path: number[]): void => {
    const where = `tensor: at [${path.join("][")}]`;
    if (Array.isArray(value)) {
      const expected = shape[path.length];
      if (expected === undefined)
        throw new TypeError(`${where}: an array where [0]... has a number; arrays must not be ragged`);
      if (value.length !== expected) {
        throw new RangeError(
          `${where}: ${value.length} entries where the first has ${expected}; arrays must not be ragged`,
        );
      }
      for (let i = 0; i < value.length; i++) walk(value[i], [...path, i]);
    } else if (typeof value !== "number") {
      throw new TypeError(`${where}: expected a number, got ${value === null ? "null" : typeof value}`);
    } else if (path.length !== shape.length) {
      throw new RangeError(`${where}: a number where the first entry is an array; arrays must not be ragged`);
    } else flat.push(value);
  };
  walk(values, []);
  return [flat, shape];
}
