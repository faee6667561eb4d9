import type { Tensor } from "../autograd/tensor.ts";
import { checkOptions } from "../options.ts";
import { show } from "../shape.ts";
import { unfold } from "./conv.ts";
import { pad, reshape } from "./layout.ts";
import { type Pair, pair } from "./pair.ts";
import { max, mean } from "./reduce.ts";

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
export function maxPool2d(x: Tensor, k: Pair, options: PoolOptions = {}): Tensor {
  return pool("maxPool2d", x, k, options, Number.NEGATIVE_INFINITY, max);
}

/**
 * The mean of each k×k window of [batch, channels, height, width]; padding counts as 0 and is counted, as in PyTorch.
 * Derivation: docs/derivations.md#pooling.
 */
export function avgPool2d(x: Tensor, k: Pair, options: PoolOptions = {}): Tensor {
  return pool("avgPool2d", x, k, options, 0, mean);
}

type Reduce = (x: Tensor, options: { dim: number }) => Tensor;

function pool(what: string, x: Tensor, k: Pair, options: PoolOptions, outside: number, reduce: Reduce): Tensor {
  const { stride = k, padding = 0 } = checkOptions(what, options, ["stride", "padding"]);
  if (x.shape.length !== 4)
    throw new RangeError(`${what}: needs images [batch, channels, height, width], got ${show(x.shape)}`);
  const [kh, kw] = pair(`${what}: window`, k, 1);
  const [sh, sw] = pair(`${what}: stride`, stride, 1);
  const [ph, pw] = pair(`${what}: padding`, padding, 0);
  if (2 * ph > kh || 2 * pw > kw) {
    throw new RangeError(`${what}: padding [${ph}, ${pw}] must be at most half of the window [${kh}, ${kw}]`);
  }
  const [b, c, h, w] = x.shape;
  const framed = pad(
    x,
    [0, 0, ph, pw].map((width) => [width, width]),
    outside,
  );
  const columns = unfold(framed, [kh, kw], { stride: [sh, sw] }); // [b, c*kh*kw, oh*ow]
  const windows = reshape(columns, [b, c, kh * kw, columns.shape[2]]);
  const pooled = reduce(windows, { dim: 2 }); // [b, c, oh*ow]
  return reshape(pooled, [b, c, Math.floor((h + 2 * ph - kh) / sh) + 1, Math.floor((w + 2 * pw - kw) / sw) + 1]);
}
