import type { Tensor } from "../autograd/tensor.ts";
import { checkOptions } from "../options.ts";
import { resolveDim, type Shape, sameShape, show } from "../shape.ts";
import { add, clamp, div, mul, sqrt, sub } from "./pointwise.ts";
import { mean, norm, variance } from "./reduce.ts";
import { unitRows } from "./unit-rows.ts";

/**
 * x / max(‖x‖₂, eps) along `dim` (1 unless given): onto the unit sphere, and 0 stays 0.
 * Derivation: docs/derivations.md#normalize.
 */
export function normalize(x: Tensor, options: { dim?: number; eps?: number } = {}): Tensor {
  const { dim = 1, eps = 1e-12 } = checkOptions("normalize", options, ["dim", "eps"]);
  const last = resolveDim(dim, x.shape.length, "normalize") === x.shape.length - 1;
  return last ? unitRows(x, eps) : div(x, clamp(norm(x, { dim, keepdim: true }), { min: eps }));
}

/** Scale and shift after normalising, and what is added to the variance. */
export interface LayerNormOptions {
  /** Both shaped like the normalised dimensions. */
  weight?: Tensor;
  bias?: Tensor;
  eps?: number;
}

/**
 * (x − mean) / √(variance + eps) · weight + bias over the last dimensions, whose shape is `shape`; biased variance, eps 1e-5.
 * Derivation: docs/derivations.md#layernorm-and-batchnorm.
 */
export function layerNorm(x: Tensor, shape: Shape, options: LayerNormOptions = {}): Tensor {
  const { weight, bias, eps = 1e-5 } = checkOptions("layerNorm", options, ["weight", "bias", "eps"]);
  checkEnd("layerNorm", x.shape, shape);
  checkShapes("layerNorm", { weight, bias }, shape);
  const dim = shape.map((_, d) => d - shape.length);
  const [centre, spread] = [mean(x, { dim, keepdim: true }), variance(x, { dim, keepdim: true, correction: 0 })];
  const standard = standardise(x, centre, spread, eps);
  const scaled = weight ? mul(standard, weight) : standard;
  return bias ? add(scaled, bias) : scaled;
}

/** Throws unless the last dimensions of `whole`, one at least, are `end`. */
export function checkEnd(what: string, whole: Shape, end: Shape): void {
  if (end.length > 0 && sameShape(whole.slice(-end.length), end)) return;
  throw new RangeError(`${what}: shape ${show(whole)} does not end in ${show(end)}`);
}

/** Throws unless each tensor that is given has the shape. */
export function checkShapes(what: string, given: Readonly<Record<string, Tensor | undefined>>, shape: Shape): void {
  for (const [name, t] of Object.entries(given)) {
    if (t && !sameShape(t.shape, shape))
      throw new RangeError(`${what}: ${name} is ${show(t.shape)}, needs ${show(shape)}`);
  }
}

/** (x − centre) / √(spread + eps) */
export function standardise(x: Tensor, centre: Tensor, spread: Tensor, eps: number): Tensor {
  return div(sub(x, centre), sqrt(add(spread, eps)));
}
