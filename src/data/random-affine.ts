import type { Generator } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import type { Image, Images } from "./image.ts";
import type { Transform } from "./transform.ts";
import { warpAffine } from "./warp-affine.ts";

/** How far a picture may be turned, scaled, slanted and moved; what is left out stays as it is. */
export interface RandomAffineOptions {
  /** Largest angle in radians, >= 0, each way. */
  angle?: number;
  /** Smallest and largest magnification, > 0. */
  scale?: readonly [low: number, high: number];
  /** Largest slant, >= 0, each way. */
  shear?: number;
  /** Largest shift along each axis, >= 0, each way, in half pictures: 0.2 of 28 pixels are 2.8. */
  translate?: number;
}

/**
 * Looks at a picture through a random matrix, bilinear, zeros outside (`warpAffine`):
 * [[cos a / s, −(sin a + h) / s, x], [sin a / s, cos a / s, y]] with a, s, h, x and y uniform, drawn in this order:
 * the angle in ±`angle`, the magnification in `scale`, the slant in ±`shear`, both shifts in ±`translate`.
 */
export function randomAffine(options: RandomAffineOptions): Transform<Image> {
  const draw = affineDraw("randomAffine", options);
  return ({ data, shape }, generator) => {
    const matrix = new Float64Array(6);
    draw(generator, matrix, 0);
    return { data: warpAffine({ data, shape: [1, ...shape] }, matrix).data, shape };
  };
}

/**
 * Two views of each of the pictures at `indices`, made in one go: [2n, channels, height, width], all first views and
 * then all second views. The same numbers as `twoViews(randomAffine(options))` on one picture after the other.
 */
export function affineViews(
  images: Images,
  indices: ArrayLike<number>,
  options: RandomAffineOptions,
  generator: Generator,
): Images<Float32Array> {
  const draw = affineDraw("affineViews", options);
  const n = indices.length;
  const matrices = new Float64Array(2 * n * 6);
  const both = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    for (const view of [k, k + n]) {
      both[view] = indices[k];
      draw(generator, matrices, 6 * view);
    }
  }
  return warpAffine(images, matrices, { indices: both });
}

/** Writes a random matrix to `out`, from `at` on. */
function affineDraw(what: string, options: RandomAffineOptions): (g: Generator, out: Float64Array, at: number) => void {
  const known = ["angle", "scale", "shear", "translate"] as const;
  const { angle = 0, scale = [1, 1], shear = 0, translate = 0 } = checkOptions(what, options, known);
  for (const [name, value] of Object.entries({ angle, shear, translate })) {
    if (!(value >= 0 && Number.isFinite(value))) throw new RangeError(`${what}: ${name} must be >= 0, got ${value}`);
  }
  const [low, high] = scale;
  if (!(low > 0 && low <= high && Number.isFinite(high))) {
    throw new RangeError(`${what}: scale must be [low, high] with 0 < low <= high, got [${scale.join(", ")}]`);
  }
  return (g, out, at) => {
    const a = (2 * g.float() - 1) * angle;
    const s = low + (high - low) * g.float();
    const h = (2 * g.float() - 1) * shear;
    const x = (2 * g.float() - 1) * translate;
    const y = (2 * g.float() - 1) * translate;
    out[at] = Math.cos(a) / s;
    out[at + 1] = -(Math.sin(a) + h) / s;
    out[at + 2] = x;
    out[at + 3] = Math.sin(a) / s;
    out[at + 4] = Math.cos(a) / s;
    out[at + 5] = y;
  };
}
