import { Tensor, upload } from "../autograd/tensor.ts";
import type { Device } from "../devices/device.ts";
import { halfPrecision } from "../formats/half.ts";
import { checkShape, type Shape, show, sizeOf } from "../shape.ts";
import type { RowSource } from "./row-source.ts";
import { scaleRows } from "./scaled-rows.ts";

/**
 * Features of a data set, one row a sample: a tensor [n, d]; numbers with their shape, `{ data, dims }` being what
 * transformers.js returns, also in half precision; a flat float array, whose row length is the option `dim`; or an array of rows.
 */
export type PointsInput =
  | Tensor
  | { readonly data: ArrayLike<number | bigint>; readonly dims: Shape; readonly type?: string }
  | { readonly data: ArrayLike<number | bigint>; readonly shape: Shape }
  | Float32Array
  | Float64Array
  | readonly ArrayLike<number>[];

/** n rows of d numbers, row-major, in float64. */
export interface Points {
  readonly n: number;
  readonly d: number;
  readonly data: Float64Array;
}

export interface PointsOptions {
  /** Numbers in a row: needed for a flat float array, and for it alone. */
  dim?: number;
  /** Whether to scale every row to length 1: yes unless turned off. */
  normalize?: boolean;
}

/**
 * A copy of `input` as points, scaled to unit length. `what` names metric and argument in errors: a shape that is not
 * [n, d], ragged rows, and what `scaleRows` throws.
 */
export async function readPoints(what: string, input: PointsInput, options: PointsOptions = {}): Promise<Points> {
  if (!(input instanceof Tensor)) return pointsOf(what, input, options);
  return pointsOf(what, { data: await input.data(), shape: input.shape }, options);
}

/** The same at once: throws, naming the remedy, for a tensor whose device reads asynchronously. */
export function readPointsSync(what: string, input: PointsInput, options: PointsOptions = {}): Points {
  if (!(input instanceof Tensor)) return pointsOf(what, input, options);
  return pointsOf(what, { data: input.dataSync(), shape: input.shape }, options);
}

function pointsOf(what: string, input: Exclude<PointsInput, Tensor>, options: PointsOptions): Points {
  const { dim, normalize = true } = options;
  const { data, shape } = copyOf(what, input, dim);
  if (shape.length !== 2 || shape[1] < 1) {
    throw new RangeError(`${what}: needs features [n, d], one row a sample, got shape ${show(shape)}`);
  }
  checkShape(shape, what);
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(`${what}: shape ${show(shape)} holds ${sizeOf(shape)} numbers, got ${data.length}`);
  }
  const [n, d] = shape;
  scaleRows(what, data, { start: 0, count: n, n, d }, normalize);
  return { n, d, data };
}

/** Points as a source of rows, which are not checked again. */
export function rowsOf(name: string, { n, d, data }: Points): RowSource {
  return {
    name,
    n,
    d,
    async read(start, count, out) {
      out.set(data.subarray(start * d, (start + count) * d));
    },
  };
}

/** At most `count` rows from row `start` on, as a tensor of that device. */
export function rowsOn(device: Device, { n, d, data }: Points, start: number, count: number): Tensor {
  const end = Math.min(start + count, n);
  return upload(data.subarray(start * d, end * d), [end - start, d], device);
}

function copyOf(
  what: string,
  input: Exclude<PointsInput, Tensor>,
  dim: number | undefined,
): { data: Float64Array; shape: Shape } {
  const flat = input instanceof Float32Array || input instanceof Float64Array;
  if (!flat && dim !== undefined) throw new TypeError(`${what}: dim is for a flat float array; this input has a shape`);
  if (flat) {
    if (dim === undefined || !Number.isInteger(dim) || dim < 1 || input.length % dim !== 0) {
      throw new RangeError(
        `${what}: a flat array of ${input.length} numbers needs { dim } that divides it, got ${String(dim)}`,
      );
    }
    return { data: copied(input), shape: [input.length / dim, dim] };
  }
  if (isRows(input)) return joinRows(what, input);
  if (typeof input === "object" && input !== null && "data" in input) {
    const shape = "dims" in input ? input.dims : input.shape;
    const halves = "type" in input && input.type === "float16" && input.data instanceof Uint16Array;
    return { data: halves ? Float64Array.from(input.data, halfPrecision) : copied(input.data), shape };
  }
  throw new TypeError(
    `${what}: needs a Tensor, { data, shape }, { data, dims }, a float array with { dim }, or an array of rows, got ${typeof input}`,
  );
}

function isRows(input: Exclude<PointsInput, Tensor>): input is readonly ArrayLike<number>[] {
  return Array.isArray(input);
}

/** What Float64Array.from does, many times faster. */
function copied(values: ArrayLike<number | bigint>): Float64Array {
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return Float64Array.from(values, Number);
  const data = new Float64Array(values.length);
  data.set(values as ArrayLike<number>);
  return data;
}

function joinRows(what: string, rows: readonly ArrayLike<number>[]): { data: Float64Array; shape: Shape } {
  const d = rows.length > 0 ? rows[0].length : 1;
  const data = new Float64Array(rows.length * d);
  rows.forEach((row, i) => {
    if (row.length !== d) {
      throw new RangeError(`${what}: row ${i} has ${row.length} numbers, row 0 has ${d}: rows must not be ragged`);
    }
    data.set(row, i * d);
  });
  return { data, shape: [rows.length, d] };
}
