import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { WindowSizes } from "../devices/device.ts";
import { checkOptions } from "../options.ts";
import { type Shape, sameShape, show } from "../shape.ts";
import { expand } from "./broadcast.ts";
import { fusedKernel } from "./fused-kernel.ts";
import { pad, reshape } from "./layout.ts";
import { type Pair, pair } from "./pair.ts";
import { div } from "./pointwise.ts";
import { max, mean } from "./reduce.ts";
import { fold, unfold, windowOver } from "./window.ts";

/** How the window moves: by its own size unless `stride` is given. */
export interface PoolOptions {
  stride?: Pair;
  padding?: Pair;
}

/**
 * The largest value in each k×k window of [batch, channels, height, width]. Padding counts as −∞; only whole windows
 * count (floor mode); a tie sends its gradient to the first, row by row.
 * Derivation: docs/derivations.md#pooling.
 */
export const maxPool2d: Op<[x: Tensor, k: Pair, options?: PoolOptions]> = defineOp({
  name: "maxPool2d",
  kernel: "maxPool2d",
  names: ["x"],
  plan: (x: Tensor, k: Pair, options: PoolOptions = {}) => pooling("maxPool2d", x, k, options),
  compose(x, k, options = {}) {
    const { window, shape } = pooling("maxPool2d", x, k, options);
    const { kernel, stride, padding } = window;
    const frame = [0, 0, ...padding].map((width) => [width, width] as const);
    const columns = unfold(pad(x, frame, Number.NEGATIVE_INFINITY), kernel, { stride }); // [b, c*kh*kw, oh*ow]
    return reshape(max(windows(columns, window), { dim: 2 }), shape);
  },
  forward(device, [x], { window, shape }) {
    const { y, places } = fusedKernel(device, "maxPool2d")(x, window);
    return { y, extras: { places: [places, shape] } };
  },
  vjp: [(g, { places }, { shapes: [from] }) => unpick(g, places, from)],
  saves: [["places"]],
});

/**
 * The pixels of each plane at given places, y[b, c, j] = x[b, c, places[b, c, j]] (row · width + column), which have no
 * gradient. x: [b, c, h, w], places: [b, c, oh, ow]. Adjoint: `unpick`.
 * Derivation: docs/derivations.md#pooling.
 */
export const pick: Op<[x: Tensor, places: Tensor]> = defineOp({
  name: "pick",
  kernel: "pick",
  names: ["x", "places"],
  plan(x: Tensor, places: Tensor) {
    if (places.shape.length !== 4 || !sameShape(x.shape.slice(0, 2), places.shape.slice(0, 2))) {
      throw new RangeError(
        `pick: images ${show(x.shape)} need places [batch, channels, ...], got ${show(places.shape)}`,
      );
    }
    return { inputs: [x, places], shape: places.shape };
  },
  forward: (device, [x, places], { shapes: [from, to] }) =>
    fusedKernel(device, "pick")(x, places, from[0] * from[1], from[2] * from[3], to[2] * to[3]),
  vjp: [(g, { places }, { shapes: [from] }) => unpick(g, places, from), null],
  saves: [["places"], []],
});

/**
 * Pixels added up at places of planes of zeros: what `pick` took, put back. g, places: [b, c, oh, ow] -> `shape`
 * [b, c, h, w]. Adjoint: `pick`.
 * Derivation: docs/derivations.md#pooling.
 */
export const unpick: Op<[g: Tensor, places: Tensor, shape: Shape]> = defineOp({
  name: "unpick",
  kernel: "unpick",
  names: ["g", "places"],
  plan(g: Tensor, places: Tensor, shape: Shape) {
    if (!sameShape(g.shape, places.shape)) {
      throw new RangeError(`unpick: images ${show(g.shape)} need a place for each pixel, got ${show(places.shape)}`);
    }
    return { inputs: [g, places], shape };
  },
  forward: (device, [g, places], { shape, shapes: [from] }) =>
    fusedKernel(device, "unpick")(g, places, shape[0] * shape[1], shape[2] * shape[3], from[2] * from[3]),
  vjp: [(h, { places }) => pick(h, places), null],
  saves: [["places"], []],
});

/**
 * The mean of each k×k window of [batch, channels, height, width]; padding counts as 0 and is counted, as in PyTorch.
 * Derivation: docs/derivations.md#pooling.
 */
export const avgPool2d: Op<[x: Tensor, k: Pair, options?: PoolOptions]> = defineOp({
  name: "avgPool2d",
  kernel: "avgPool2d",
  names: ["x"],
  plan: (x: Tensor, k: Pair, options: PoolOptions = {}) => pooling("avgPool2d", x, k, options),
  compose(x, k, options = {}) {
    const { window, shape } = pooling("avgPool2d", x, k, options);
    return reshape(mean(windows(unfold(x, window.kernel, steps(window)), window), { dim: 2 }), shape);
  },
  forward: (device, [x], { window }) => fusedKernel(device, "avgPool2d")(x, window),
  vjp: [(g, _, { window }) => avgSpread(g, window)],
});

/** Each pixel spread evenly over its window: the adjoint of `avgPool2d`. Derivation: docs/derivations.md#pooling. */
export const avgSpread: Op<[g: Tensor, window: WindowSizes]> = defineOp({
  name: "avgSpread",
  kernel: "avgSpread",
  names: ["g"],
  plan: (g: Tensor, window: WindowSizes) => {
    const { batch, channels, height, width } = window;
    return { inputs: [g], shape: [batch, channels, height, width], window };
  },
  compose(g, window) {
    const { batch, channels, kernel, outHeight, outWidth, height, width } = window;
    const [area, pixels] = [kernel[0] * kernel[1], outHeight * outWidth];
    const spread = expand(reshape(div(g, area), [batch, channels, 1, pixels]), [batch, channels, area, pixels]);
    return fold(reshape(spread, [batch, channels * area, pixels]), [height, width], kernel, steps(window));
  },
  forward: (device, [g], { window }) => fusedKernel(device, "avgSpread")(g, window),
  vjp: [(h, _, { window }) => avgPool2d(h, window.kernel, steps(window))],
});

function pooling(what: string, x: Tensor, k: Pair, options: PoolOptions) {
  const { stride = k, padding = 0 } = checkOptions(what, options, ["stride", "padding"]);
  const [kh, kw] = pair(`${what}: window`, k, 1);
  const [ph, pw] = pair(`${what}: padding`, padding, 0);
  if (2 * ph > kh || 2 * pw > kw) {
    throw new RangeError(`${what}: padding [${ph}, ${pw}] must be at most half of the window [${kh}, ${kw}]`);
  }
  const window = windowOver(what, x.shape, [kh, kw], { stride, padding });
  return { inputs: [x], shape: [window.batch, window.channels, window.outHeight, window.outWidth], window };
}

/** How a window moves, without its sizes. */
function steps({ stride, padding }: WindowSizes): Pick<WindowSizes, "stride" | "padding"> {
  return { stride, padding };
}

/** [b, c*kh*kw, oh*ow] -> [b, c, kh*kw, oh*ow] */
function windows(columns: Tensor, { batch, channels, kernel, outHeight, outWidth }: WindowSizes): Tensor {
  return reshape(columns, [batch, channels, kernel[0] * kernel[1], outHeight * outWidth]);
}
