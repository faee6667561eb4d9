import fc, { type Arbitrary } from "fast-check";
import { tensor } from "../autograd/create.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Device } from "../devices/device.ts";
import { checkOptions } from "../options.ts";
import { Random } from "../random.ts";
import { checkShape, type Shape, show, sizeOf } from "../shape.ts";

export interface ShapeOptions {
  /** Fewest dimensions: 0, a scalar. */
  minRank?: number;
  /** Most dimensions: 4. */
  maxRank?: number;
  /** Smallest size of a dimension: 0, an empty tensor. */
  minSize?: number;
  /** Largest size of a dimension: 5. */
  maxSize?: number;
}

const shapeOptions = ["minRank", "maxRank", "minSize", "maxSize"] as const;

/** Shapes, scalars and empty ones among them. Shrinks to fewer dimensions and smaller sizes. */
export function shapes(options: ShapeOptions = {}): Arbitrary<number[]> {
  return shapesFor("shapes", options);
}

function shapesFor(what: string, options: ShapeOptions): Arbitrary<number[]> {
  const { minRank = 0, maxRank = 4, minSize = 0, maxSize = 5 } = checkOptions(what, options, shapeOptions);
  checkRange(what, "minRank", minRank, "maxRank", maxRank);
  checkRange(what, "minSize", minSize, "maxSize", maxSize);
  return fc.array(fc.integer({ min: minSize, max: maxSize }), { minLength: minRank, maxLength: maxRank, size: "max" });
}

function checkRange(what: string, lowName: string, low: number, highName: string, high: number): void {
  if (!Number.isInteger(low) || !Number.isInteger(high) || low < 0 || high < low) {
    throw new RangeError(
      `${what}: needs whole numbers 0 <= ${lowName} <= ${highName}, got ${lowName} ${low} and ${highName} ${high}`,
    );
  }
}

/** Pairs of shapes that broadcast to one: some dimensions are 1 on one side or missing in front. */
export function broadcastableShapes(options: ShapeOptions = {}): Arbitrary<[number[], number[]]> {
  return shapesFor("broadcastableShapes", options).chain((whole) =>
    fc.tuple(partOf(whole, options.minRank ?? 0), partOf(whole, options.minRank ?? 0)),
  );
}

/** `whole` with some leading dimensions left out and some others 1. */
function partOf(whole: readonly number[], minRank: number): Arbitrary<number[]> {
  const single = fc.array(fc.boolean(), { minLength: whole.length, maxLength: whole.length });
  return fc
    .tuple(fc.integer({ min: 0, max: whole.length - minRank }), single)
    .map(([missing, ones]) => whole.map((n, d) => (ones[d] ? 1 : n)).slice(missing));
}

export interface TensorsOptions {
  /** One shape or an arbitrary of shapes; `shapes()` unless given. */
  shape?: Shape | Arbitrary<Shape>;
  /** Smallest entry: -2. */
  min?: number;
  /** Largest entry: 2. */
  max?: number;
  /** The default device unless given. */
  device?: Device;
}

/** Entries lie on a grid of this part of max - min: fine enough that two seldom meet, coarse enough to shrink fast. */
const grid = 2 ** -24;

/**
 * Tensors with entries uniform in [min, max]. Unlike fast-check's own numbers these prefer no special values: a gradient
 * check at 0, where relu has a kink, or at 1e-300, where rounding swamps everything, proves nothing. Shrinks the shape,
 * then each entry towards 0, or towards the bound nearest to it. Throws unless min < max, both finite.
 */
export function tensors(options: TensorsOptions = {}): Arbitrary<Tensor> {
  const known = ["shape", "min", "max", "device"] as const;
  const { shape = shapes(), min = -2, max = 2, device } = checkOptions("tensors", options, known);
  if (!(min < max) || !Number.isFinite(max - min)) {
    throw new RangeError(`tensors: needs finite min < max, got min ${min} and max ${max}`);
  }
  const unit = (max - min) * grid;
  const origin = Math.min(max, Math.max(min, 0)); // where entries shrink to
  const entry = fc.noBias(
    fc
      .integer({ min: Math.ceil((min - origin) / unit), max: Math.floor((max - origin) / unit) })
      .map((k) => Math.min(max, Math.max(min, origin + k * unit))),
  );
  const filled = (at: Shape): Arbitrary<Tensor> => {
    const count = sizeOf(at);
    return fc
      .array(entry, { minLength: count, maxLength: count, size: "max" })
      .map((values) => tensor(Float64Array.from(values), { shape: at, device }));
  };
  if (!isShape(shape)) return shape.chain(filled);
  checkShape(shape, "tensors");
  return filled(shape);
}

function isShape(shape: Shape | Arbitrary<Shape>): shape is Shape {
  return Array.isArray(shape);
}

export interface UnitRowsOptions {
  /** Number of rows, or an arbitrary of it: 2..8 unless given. */
  n?: number | Arbitrary<number>;
  /** Length of a row, or an arbitrary of it: 2..8 unless given. */
  d?: number | Arbitrary<number>;
  /** The default device unless given. */
  device?: Device;
}

/** Without fast-check's liking for small numbers: two sets in one property would often be the same. */
const seeds = fc.noShrink(fc.noBias(fc.nat()));

/**
 * Features as the losses want them: [n, d], every row of length 1 and uniform on the sphere (normalised Gaussians).
 * Shrinks n and d; the points themselves come from a seed and stay random. Throws for n < 0 or d < 1.
 */
export function unitRows(options: UnitRowsOptions = {}): Arbitrary<Tensor> {
  const few = fc.integer({ min: 2, max: 8 });
  const { n = few, d = few, device } = checkOptions("unitRows", options, ["n", "d", "device"]);
  const [rows, columns] = [n, d].map((size) => (typeof size === "number" ? fc.constant(size) : size));
  return fc.tuple(rows, columns, seeds).map(([count, width, seed]) => {
    if (!Number.isInteger(count) || !Number.isInteger(width) || count < 0 || width < 1) {
      throw new RangeError(`unitRows: needs whole numbers n >= 0 and d >= 1, got ${show([count, width])}`);
    }
    const values = new Float64Array(count * width);
    new Random(seed).fillNormal(values);
    for (let row = 0; row < count; row++) {
      const x = values.subarray(row * width, (row + 1) * width);
      const length = Math.hypot(...x);
      x.forEach((a, j) => {
        x[j] = a / length;
      });
    }
    return tensor(values, { shape: [count, width], device });
  });
}
