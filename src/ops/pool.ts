import { defineOp, type Op } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { WindowSizes } from "../devices/sizes.ts";
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

/** Max pooling as another op may apply it to its result: the window's size, and how it moves. */
export interface MaxPooling extends PoolOptions {
  kernel: Pair;
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
  vjp: [(g, { places }, { window }) => unpick(g, places, window)],
  saves: [["places"]],
});

/**
 * One pixel of each window, y[b, c, j] = x[b, c, places[b, c, j]]: the place (row · width + column) lies under window j
 * and has no gradient. x: [b, c, h, w], places: [b, c, oh, ow]. Adjoint: `unpick`.
 * Derivation: docs/derivations.md#pooling.
 */
export const pick: Op<[x: Tensor, places: Tensor, window: WindowSizes]> = defineOp({
  name: "pick",
  kernel: "pick",
  names: ["x", "places"],
  plan: (x: Tensor, places: Tensor, window: WindowSizes) => picking("pick", x, places, window),
  forward: (device, [x, places], { window }) => fusedKernel(device, "pick")(x, places, window),
  vjp: [(g, { places }, { window }) => unpick(g, places, window), null],
  saves: [["places"], []],
});

/**
 * Pixels added up at places of planes of zeros: what `pick` took, put back. g, places: [b, c, oh, ow] -> [b, c, h, w].
 * Adjoint: `pick`. Derivation: docs/derivations.md#pooling.
 */
export const unpick: Op<[g: Tensor, places: Tensor, window: WindowSizes]> = defineOp({
  name: "unpick",
  kernel: "unpick",
  names: ["g", "places"],
  plan: (g: Tensor, places: Tensor, window: WindowSizes) => picking("unpick", g, places, window),
  forward: (device, [g, places], { window }) => fusedKernel(device, "unpick")(g, places, window),
  vjp: [(h, { places }, { window }) => pick(h, places, window), null],
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
  plan: (g: Tensor, window: WindowSizes) => ({ inputs: [g], shape: imagesUnder(window), window }),
  compose(g, window) {
    const { batch, channels, kernel, outHeight, outWidth, height, width } = window;
    const [area, pixels] = [kernel[0] * kernel[1], outHeight * outWidth];
    const spread = expand(reshape(div(g, area), [batch, channels, 1, pixels]), [batch, channels, area, pixels]);
    return fold(reshape(spread, [batch, channels * area, pixels]), [height, width], kernel, steps(window));
  },
  forward: (device, [g], { window }) => fusedKernel(device, "avgSpread")(g, window),
  vjp: [(h, _, { window }) => avgPool2d(h, window.kernel, steps(window))],
});

/** Checks a pooling and works out its window and what comes out of it. */
export function pooling(
  what: string,
  x: Tensor,
  k: Pair,
  options: PoolOptions,
): { inputs: readonly [Tensor]; shape: Shape; window: WindowSizes } {
  const { stride = k, padding = 0 } = checkOptions(what, options, ["stride", "padding"]);
  const [kh, kw] = pair(`${what}: window`, k, 1);
  const [ph, pw] = pair(`${what}: padding`, padding, 0);
  if (2 * ph > kh || 2 * pw > kw) {
    throw new RangeError(`${what}: padding [${ph}, ${pw}] must be at most half of the window [${kh}, ${kw}]`);
  }
  const window = windowOver(what, x.shape, [kh, kw], { stride, padding });
  return { inputs: [x], shape: imagesOut(window), window };
}

/** `pick` takes images under a window to those that come out of it, `unpick` back. */
function picking(what: "pick" | "unpick", images: Tensor, places: Tensor, window: WindowSizes) {
  const [under, out] = [imagesUnder(window), imagesOut(window)];
  const [from, to] = what === "pick" ? [under, out] : [out, under];
  if (!sameShape(images.shape, from) || !sameShape(places.shape, out)) {
    throw new RangeError(
      `${what}: this window takes images ${show(from)} and places ${show(out)}, got ${show(images.shape)} and ${show(places.shape)}`,
    );
  }
  return { inputs: [images, places], shape: to, window };
}

function imagesUnder({ batch, channels, height, width }: WindowSizes): Shape {
  return [batch, channels, height, width];
}

function imagesOut({ batch, channels, outHeight, outWidth }: WindowSizes): Shape {
  return [batch, channels, outHeight, outWidth];
}

/** How a window moves, without its sizes. */
function steps({ stride, padding }: WindowSizes): Pick<WindowSizes, "stride" | "padding"> {
  return { stride, padding };
}

/** [b, c*kh*kw, oh*ow] -> [b, c, kh*kw, oh*ow] */
function windows(columns: Tensor, { batch, channels, kernel, outHeight, outWidth }: WindowSizes): Tensor {
  return reshape(columns, [batch, channels, kernel[0] * kernel[1], outHeight * outWidth]);
}
