import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Normalization } from "../devices/device.ts";
import { axisOf, type WindowSizes } from "../devices/sizes.ts";
import { batchNormalize, batchNormalizeInput, batchNormalizeTotals, row } from "./batch-normalize.ts";
import { fusedKernel } from "./fused-kernel.ts";
import { type MaxPooling, maxPool2d, pooling, unpick } from "./pool.ts";

/**
 * `maxPool2d` of `batchNormalize`, [n, c, h, w] -> [n, c, oh, ow], without the array between the two: along a channel they
 * follow the order of x, or the reverse where its weight is negative, so the extreme of x under a window is what gives the
 * largest y. Rounding apart, the gradient goes to the same pixel: of different x that give equal y the composition picks the
 * first, this the largest, or least; so too where weight is 0. Derivation: docs/derivations.md#layernorm-and-batchnorm.
 */
export const batchNormalizePool: Op<
  [x: Tensor, weight: Tensor, bias: Tensor, moments: Tensor, how: Normalization, maxPool: MaxPooling]
> = defineOp({
  name: "batchNormalizePool",
  kernel: "extremePool2d",
  names: ["x", "weight", "bias", "moments"],
  plan(x: Tensor, weight: Tensor, bias: Tensor, moments: Tensor, how: Normalization, maxPool: MaxPooling) {
    const { kernel, ...options } = maxPool;
    return { ...pooling("batchNorm: maxPool", x, kernel, options), inputs: [x, weight, bias, moments], how };
  },
  compose: (x, weight, bias, moments, how, { kernel, ...options }) =>
    maxPool2d(batchNormalize(x, weight, bias, moments, how), kernel, options),
  forward(device, [x, weight, bias, moments], { window, shape, how }) {
    const { y: picked, places } = fusedKernel(device, "extremePool2d")(x, weight, window);
    const y = fusedKernel(device, "batchNormalize")(picked, weight, bias, moments, axisOf(shape, 1), how);
    return { y, extras: { picked: [picked, shape], places: [places, shape] } };
  },
  shared: {
    totals: {
      of: (g, { x, weight, bias, moments, picked, places }, { window, how }) =>
        batchNormalizePoolTotals(g, x, weight, bias, moments, picked, places, window, how),
      saves: ["x", "weight", "bias", "moments", "picked", "places"],
    },
  },
  vjp: [
    (g, { x, weight, bias, moments, totals, places }, { window, how }) =>
      batchNormalizePoolInput(g, x, weight, bias, moments, totals, places, window, how),
    (_, { totals }) => row(totals, 1),
    (_, { totals }) => row(totals, 0),
    null,
  ],
  saves: [["x", "weight", "bias", "moments", "totals", "places"], ["totals"], ["totals"], []],
});

/**
 * `batchNormalizeTotals` with g put back at its places in x; `picked` is what x is there, so that x need not be read again.
 * g, picked, places: [n, c, oh, ow] -> [2, c]
 */
export const batchNormalizePoolTotals: Op<
  [
    ...[g: Tensor, x: Tensor, weight: Tensor, bias: Tensor, moments: Tensor, picked: Tensor, places: Tensor],
    ...[window: WindowSizes, how: Normalization],
  ]
> = defineOp({
  name: "batchNormalizePoolTotals",
  kernel: "batchNormalizeTotals",
  names: ["g", "x", "weight", "bias", "moments", "picked", "places"],
  plan: (g, x, weight, bias, moments, picked, places, _: WindowSizes, how: Normalization) => ({
    inputs: [g, x, weight, bias, moments, picked, places],
    shape: [2, x.shape[1]],
    how,
  }),
  compose: (g, x, weight, bias, moments, _, places, window, how) =>
    batchNormalizeTotals(unpick(g, places, window), x, weight, bias, moments, how),
  forward: (device, [g, , weight, bias, moments, picked], { how, shapes: [from] }) =>
    fusedKernel(device, "batchNormalizeTotals")(g, picked, weight, bias, moments, axisOf(from, 1), how),
});

/**
 * `batchNormalizeInput` with g put back at its places in x: the gradient of `batchNormalizePool` in x.
 * g, places: [n, c, oh, ow], totals: [2, c]
 */
export const batchNormalizePoolInput: Op<
  [
    ...[g: Tensor, x: Tensor, weight: Tensor, bias: Tensor, moments: Tensor, totals: Tensor, places: Tensor],
    ...[window: WindowSizes, how: Normalization],
  ]
> = defineOp({
  name: "batchNormalizePoolInput",
  kernel: "batchNormalizePoolInput",
  names: ["g", "x", "weight", "bias", "moments", "totals", "places"],
  plan: (g, x, weight, bias, moments, totals, places, window: WindowSizes, how: Normalization) => ({
    inputs: [g, x, weight, bias, moments, totals, places],
    shape: x.shape,
    window,
    how,
  }),
  compose: (g, x, weight, bias, moments, totals, places, window, how) =>
    batchNormalizeInput(unpick(g, places, window), x, weight, bias, moments, totals, how),
  forward: (device, [g, x, weight, bias, moments, totals, places], { window, how }) =>
    fusedKernel(device, "batchNormalizePoolInput")(g, x, weight, bias, moments, totals, places, window, how),
});
