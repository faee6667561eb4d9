import { defaultDevice } from "../devices/default.ts";
import type { Device } from "../devices/device.ts";
import { checkOptions } from "../options.ts";
import { checkShape, type Shape, sameShape, show, sizeOf } from "../shape.ts";
import { type Tensor, upload } from "./tensor.ts";

/** A typed array of numbers. */
export type NumberView = ArrayBufferView & ArrayLike<number>;

/** Numbers, or arrays of them nested to one depth. */
export type NestedArray = number | readonly NestedArray[];

/** Where a new tensor lives and whether it is a leaf. */
export interface CreateOptions {
  /** Where it lives, and with it float32 or float64; the default device unless given. */
  device?: Device;
  /** Whether `backward` returns a gradient for it. */
  requiresGrad?: boolean;
}

/** `CreateOptions` and the shape. */
export interface TensorOptions extends CreateOptions {
  /** Needed to give a typed array more than one dimension; otherwise read off the nesting. */
  shape?: Shape;
}

/**
 * A tensor from nested arrays, `tensor([[1, 2], [3, 4]])`, a typed array with a shape, or one number (shape `[]`).
 * Throws if the arrays are ragged, an entry is not a number, or `shape` does not fit the count.
 */
export function tensor(values: NestedArray | NumberView, options: TensorOptions = {}): Tensor {
  checkOptions("tensor", options, ["shape", "device", "requiresGrad"]);
  const { flat, shape: found } = ArrayBuffer.isView(values)
    ? { flat: values, shape: [values.length] }
    : flatten(values);
  const shape = options.shape ?? found;
  checkShape(shape, "tensor");
  if (sizeOf(shape) !== flat.length) {
    throw new RangeError(`tensor: shape ${show(shape)} holds ${sizeOf(shape)} numbers, got ${flat.length}`);
  }
  return create(flat, [...shape], options);
}

/** Every entry is 0. */
export function zeros(shape: Shape, options: CreateOptions = {}): Tensor {
  return filled("zeros", shape, 0, options);
}

/** Every entry is 1. */
export function ones(shape: Shape, options: CreateOptions = {}): Tensor {
  return filled("ones", shape, 1, options);
}

/** Every entry is `value`. */
export function full(shape: Shape, value: number, options: CreateOptions = {}): Tensor {
  return filled("full", shape, value, options);
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

function filled(what: string, shape: Shape, value: number, options: CreateOptions): Tensor {
  checkOptions(what, options, ["device", "requiresGrad"]);
  checkShape(shape, what);
  return create(new Float64Array(sizeOf(shape)).fill(value), [...shape], options);
}

function create(values: ArrayLike<number>, shape: Shape, options: CreateOptions): Tensor {
  const { device = defaultDevice(), requiresGrad = false } = options;
  const made = upload(values, shape, device);
  return requiresGrad ? made.withGrad() : made;
}

function flatten(values: NestedArray, path: string = ""): { flat: number[]; shape: number[] } {
  if (typeof values === "number") return { flat: [values], shape: [] };
  const where = path === "" ? "tensor" : `tensor: entry ${path}`;
  const found = values === null ? "null" : typeof values;
  if (!Array.isArray(values)) throw new TypeError(`${where}: expected a number or an array, got ${found}`);
  const parts = values.map((value, i) => flatten(value, `${path}[${i}]`));
  const ragged = parts.findIndex(({ shape }) => !sameShape(shape, parts[0].shape));
  if (ragged >= 0) {
    const [found, first] = [show(parts[ragged].shape), show(parts[0].shape)];
    throw new RangeError(`${where}: arrays must not be ragged: part ${ragged} has shape ${found}, part 0 ${first}`);
  }
  return { flat: parts.flatMap(({ flat }) => flat), shape: [values.length, ...(parts[0]?.shape ?? [])] };
}
