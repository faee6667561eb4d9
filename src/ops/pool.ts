import { type Chooser, type Composite, defineComposite, type Sample } from "../autograd/op.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { checkOptions } from "../options.ts";
import { show } from "../shape.ts";
import { type Pair, pair, unfold } from "./conv.ts";
import { pad, reshape } from "./layout.ts";
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
export const maxPool2d: Composite<[x: Tensor, k: Pair, options?: PoolOptions]> = pool(
  "maxPool2d",
  Number.NEGATIVE_INFINITY,
  max,
);

/**
 * The mean of each k×k window of [batch, channels, height, width]; padding counts as 0 and is counted, as in PyTorch.
 * Derivation: docs/derivations.md#pooling.
 */
export const avgPool2d: Composite<[x: Tensor, k: Pair, options?: PoolOptions]> = pool("avgPool2d", 0, mean);

function pool(
  name: string,
  outside: number,
  reduce: (x: Tensor, options: { dim: number }) => Tensor,
): Composite<[x: Tensor, k: Pair, options?: PoolOptions]> {
  const made: Composite<[x: Tensor, k: Pair, options?: PoolOptions]> = defineComposite({
    name,
    compose(x: Tensor, k: Pair, options: PoolOptions = {}) {
      const { stride = k, padding = 0 } = checkOptions(name, options, ["stride", "padding"]);
      if (x.shape.length !== 4)
        throw new RangeError(`${name}: needs images [batch, channels, height, width], got ${show(x.shape)}`);
      const [kh, kw] = pair(`${name}: window`, k, 1);
      const [sh, sw] = pair(`${name}: stride`, stride, 1);
      const [ph, pw] = pair(`${name}: padding`, padding, 0);
      if (2 * ph > kh || 2 * pw > kw)
        throw new RangeError(`${name}: padding [${ph}, ${pw}] must be at most half of the window [${kh}, ${kw}]`);
      const [b, c, h, w] = x.shape;
      const framed = pad(
        x,
        [
          [0, 0],
          [0, 0],
          [ph, ph],
          [pw, pw],
        ],
        outside,
      );
      const columns = unfold(framed, [kh, kw], { stride: [sh, sw] }); // [b, c*kh*kw, oh*ow]
      const windows = reshape(columns, [b, c, kh * kw, columns.shape[2]]);
      const oh = Math.floor((h + 2 * ph - kh) / sh) + 1;
      const ow = Math.floor((w + 2 * pw - kw) / sw) + 1;
      return reshape(reduce(windows, { dim: 2 }), [b, c, oh, ow]);
    },
    sample: (choose: Chooser): Sample => {
      const k = choose.pick<Pair>(2, 3, [1, 2]);
      const options = {
        stride: choose.pick<Pair | undefined>(undefined, 1, [2, 1]),
        padding: k === 3 ? choose.int(0, 1) : 0,
      };
      const image = [choose.int(1, 2), choose.int(1, 2), choose.int(3, 5), choose.int(3, 5)];
      return {
        inputs: [image],
        call: (x) => made(x, k, options.stride === undefined ? { padding: options.padding } : options),
      };
    },
    errors: [
      { inputs: [[1, 1, 2, 2]], call: (x) => made(x, 3), message: /a 3x3 window does not fit/ },
      {
        inputs: [[1, 1, 4, 4]],
        call: (x) => made(x, 2, { padding: 2 }),
        message: /padding \[2, 2\] must be at most half/,
      },
      { inputs: [[4, 4]], call: (x) => made(x, 2), message: /needs images .*got \[4, 4\]/ },
    ],
  });
  return made;
}
