import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Normalization } from "../devices/device.ts";
import { axisOf } from "../devices/sizes.ts";
import { show } from "../shape.ts";
import { fusedKernel } from "./fused-kernel.ts";
import { reshape, slice, squeeze, stack } from "./layout.ts";
import { standardise } from "./normalize.ts";
import { add, div, keepWhere, mul, relu, sqrt, sub } from "./pointwise.ts";
import { mean, sum, variance } from "./reduce.ts";

// What `batchNorm` is made of, and its gradients.

/** Mean and biased variance of each channel (dimension 1) of [n, c, ...] -> [2, c]. */
export const channelMoments: Op<[x: Tensor]> = defineOp({
  name: "channelMoments",
  kernel: "channelMoments",
  names: ["x"],
  plan(x: Tensor) {
    if (!(x.size > x.shape[1])) {
      throw new RangeError(
        `batchNorm: training needs more than one value a channel, got ${show(x.shape)}: to use a trained model call its ` +
          "eval(); to train it leave out a last batch of one ({ dropLast: true })",
      );
    }
    return { inputs: [x], shape: [2, x.shape[1]] };
  },
  compose(x) {
    const dim = others(x);
    return stack([mean(x, { dim }), variance(x, { dim, correction: 0 })]);
  },
  forward: (device, [x], { shapes: [from] }) => fusedKernel(device, "channelMoments")(x, axisOf(from, 1)),
});

/**
 * x̂ · weight + bias with x̂ = (x − mean) / √(variance + eps), for each channel of [n, c, ...]; with relu max(that, 0).
 * `moments`: what `channelMoments` says of this very x, so that they need not be computed again; its dependence on x is in
 * the gradient. Derivation: docs/derivations.md#layernorm-and-batchnorm.
 */
export const batchNormalize: Op<[x: Tensor, weight: Tensor, bias: Tensor, moments: Tensor, how: Normalization]> =
  defineOp({
    name: "batchNormalize",
    kernel: "batchNormalize",
    names: ["x", "weight", "bias", "moments"],
    plan: (x: Tensor, weight: Tensor, bias: Tensor, moments: Tensor, how: Normalization) => ({
      inputs: [x, weight, bias, moments],
      shape: x.shape,
      how,
    }),
    compose: (x, weight, bias, _, how) => finish(xhat(x, how), weight, bias, how),
    forward: (device, [x, weight, bias, moments], { how, shape }) =>
      fusedKernel(device, "batchNormalize")(x, weight, bias, moments, axisOf(shape, 1), how),
    shared: {
      totals: {
        of: (g, { x, weight, bias, moments }, { how }) => batchNormalizeTotals(g, x, weight, bias, moments, how),
        saves: ["x", "weight", "bias", "moments"],
      },
    },
    vjp: [
      (g, { x, weight, bias, moments, totals }, { how }) =>
        batchNormalizeInput(g, x, weight, bias, moments, totals, how),
      (_, { totals }) => row(totals, 1),
      (_, { totals }) => row(totals, 0),
      null,
    ],
    saves: [["x", "weight", "bias", "moments", "totals"], ["totals"], ["totals"], []],
  });

/**
 * The same with moments that do not depend on x, such as the running values: (x − mean) · scale + bias. Where a gradient is
 * wanted it is a composition.
 */
export const normalizeBy: Op<[x: Tensor, weight: Tensor, bias: Tensor, moments: Tensor, how: Normalization]> = defineOp(
  {
    name: "normalizeBy",
    kernel: "batchNormalize",
    names: batchNormalize.definition.names,
    plan: batchNormalize.definition.plan,
    compose(x, weight, bias, moments, { eps, relu: isLast }) {
      const scale = div(weight, sqrt(add(row(moments, 1), eps)));
      const shift = sub(bias, mul(row(moments, 0), scale));
      const y = add(mul(x, perChannel(scale, x)), perChannel(shift, x));
      return isLast ? relu(y) : y;
    },
    forward: batchNormalize.definition.forward,
  },
);

/**
 * Σ g and Σ g x̂ for each channel -> [2, c]: the gradients of `batchNormalize` in bias and weight, and what that in x needs.
 * With relu over the places where y is not 0.
 */
export const batchNormalizeTotals: Op<
  [g: Tensor, x: Tensor, weight: Tensor, bias: Tensor, moments: Tensor, how: Normalization]
> = defineOp({
  name: "batchNormalizeTotals",
  kernel: "batchNormalizeTotals",
  names: ["g", "x", "weight", "bias", "moments"],
  plan: (g: Tensor, x: Tensor, weight: Tensor, bias: Tensor, moments: Tensor, how: Normalization) => ({
    inputs: [g, x, weight, bias, moments],
    shape: [2, x.shape[1]],
    how,
  }),
  compose(g, x, weight, bias, _, how) {
    const [dim, standard] = [others(x), xhat(x, how)];
    const own = how.relu ? keepWhere(finish(standard, weight, bias, how), g) : g;
    return stack([sum(own, { dim }), sum(mul(own, standard), { dim })]);
  },
  forward: (device, [g, x, weight, bias, moments], { how, shapes: [from] }) =>
    fusedKernel(device, "batchNormalizeTotals")(g, x, weight, bias, moments, axisOf(from, 1), how),
});

/** weight / √(variance + eps) · (g − (Σ g + x̂ Σ g x̂) / count): the gradient of `batchNormalize` in x. totals: [2, c] */
export const batchNormalizeInput: Op<
  [g: Tensor, x: Tensor, weight: Tensor, bias: Tensor, moments: Tensor, totals: Tensor, how: Normalization]
> = defineOp({
  name: "batchNormalizeInput",
  kernel: "batchNormalizeInput",
  names: ["g", "x", "weight", "bias", "moments", "totals"],
  plan: (g: Tensor, x: Tensor, weight: Tensor, bias: Tensor, moments: Tensor, totals: Tensor, how: Normalization) => ({
    inputs: [g, x, weight, bias, moments, totals],
    shape: x.shape,
    how,
  }),
  compose(g, x, weight, bias, _, totals, how) {
    const standard = xhat(x, how);
    const own = how.relu ? keepWhere(finish(standard, weight, bias, how), g) : g;
    const along = add(perChannel(row(totals, 0), x), mul(standard, perChannel(row(totals, 1), x)));
    const spread = sqrt(add(variance(x, { dim: others(x), keepdim: true, correction: 0 }), how.eps));
    return mul(div(perChannel(weight, x), spread), sub(own, div(along, x.size / x.shape[1])));
  },
  forward: (device, [g, x, weight, bias, moments, totals], { how, shape }) =>
    fusedKernel(device, "batchNormalizeInput")(g, x, weight, bias, moments, totals, axisOf(shape, 1), how),
});

/** All dimensions but that of the channels. */
function others({ shape }: Tensor): number[] {
  return [...shape.keys()].filter((d) => d !== 1);
}

/** [c] -> [c, 1, ...], which broadcasts along x: [n, c, ...]. */
function perChannel(t: Tensor, { shape }: Tensor): Tensor {
  return reshape(t, [shape[1], ...shape.slice(2).map(() => 1)]);
}

/** [2, c] -> [c] */
export function row(t: Tensor, i: 0 | 1): Tensor {
  return squeeze(slice(t, { start: i, end: i + 1 }), 0);
}

/** max(standard · weight + bias, 0), or without the maximum. */
function finish(standard: Tensor, weight: Tensor, bias: Tensor, how: Normalization): Tensor {
  const y = add(mul(standard, perChannel(weight, standard)), perChannel(bias, standard));
  return how.relu ? relu(y) : y;
}

/** x standardised by its own channels' mean and variance. */
function xhat(x: Tensor, { eps }: Normalization): Tensor {
  const dim = others(x);
  return standardise(x, mean(x, { dim, keepdim: true }), variance(x, { dim, keepdim: true, correction: 0 }), eps);
}
