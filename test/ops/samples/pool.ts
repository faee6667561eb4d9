import { tensor } from "../../../src/autograd/create.ts";
import type { Tensor } from "../../../src/autograd/tensor.ts";
import type { WindowSizes } from "../../../src/devices/sizes.ts";
import type { Pair } from "../../../src/ops/pair.ts";
import { avgPool2d, avgSpread, maxPool2d, type PoolOptions, pick, unpick } from "../../../src/ops/pool.ts";
import { windowOver } from "../../../src/ops/window.ts";
import { placesUnder } from "../../devices/cases/windows.ts";
import type { Chooser, Samples, Trial } from "./sample.ts";

export const poolSamples: Samples = {
  maxPool2d: trial(maxPool2d),
  avgPool2d: trial(avgPool2d),
  avgSpread: {
    sample(choose) {
      const window = chooseWindow(choose);
      return { inputs: [out(window)], call: (g) => avgSpread(g, window) };
    },
  },
  pick: {
    sample(choose) {
      const window = chooseWindow(choose);
      return { inputs: [under(window)], call: (x) => pick(x, places(x, window), window) };
    },
    errors: [
      {
        inputs: [
          [1, 2, 4, 4],
          [1, 1, 2, 2],
        ],
        call: (x, places) => pick(x, places, windowOver("window", x.shape, 2, { stride: 2 })),
        message: /pick: .* images \[1, 2, 4, 4\] and places \[1, 2, 2, 2\], got \[1, 2, 4, 4\] and \[1, 1, 2, 2\]/,
      },
    ],
  },
  unpick: {
    sample(choose) {
      const window = chooseWindow(choose);
      return { inputs: [out(window)], call: (g) => unpick(g, places(g, window), window) };
    },
    errors: [
      {
        inputs: [
          [1, 2, 3, 3],
          [1, 2, 2, 2],
        ],
        call: (g, places) => unpick(g, places, windowOver("window", [1, 2, 4, 4], 2, { stride: 2 })),
        message: /unpick: .* images \[1, 2, 2, 2\] and places \[1, 2, 2, 2\], got \[1, 2, 3, 3\] and \[1, 2, 2, 2\]/,
      },
    ],
  },
};

export function chooseImage(choose: Chooser): [number, number, number, number] {
  return [choose.int(1, 2), choose.int(1, 2), choose.int(3, 5), choose.int(3, 5)];
}

export function chooseWindow(choose: Chooser): WindowSizes {
  const kernel = choose.pick<Pair>(2, 3, [1, 2]);
  const padding = choose.int(0, kernel === 3 ? 1 : 0);
  return windowOver("window", chooseImage(choose), kernel, { stride: choose.int(1, 2), padding });
}

export function under({ batch, channels, height, width }: WindowSizes): [number, number, number, number] {
  return [batch, channels, height, width];
}

export function out({ batch, channels, outHeight, outWidth }: WindowSizes): [number, number, number, number] {
  return [batch, channels, outHeight, outWidth];
}

/** Places of pixels under each window, some of them more than once. */
export function places(like: Tensor, window: WindowSizes): Tensor {
  return tensor(placesUnder(window), { shape: out(window), device: like.device });
}

function trial(pool: (x: Tensor, k: Pair, options?: PoolOptions) => Tensor): Trial {
  return {
    sample(choose) {
      const k = choose.pick<Pair>(2, 3, [1, 2]);
      const stride = choose.pick<Pair | undefined>(undefined, 1, [2, 1]);
      const padding = k === 3 ? choose.int(0, 1) : 0;
      return {
        inputs: [chooseImage(choose)],
        call: (x) => pool(x, k, stride === undefined ? { padding } : { stride, padding }),
      };
    },
    errors: [
      { inputs: [[1, 1, 2, 2]], call: (x) => pool(x, 3), message: /a 3x3 window does not fit/ },
      {
        inputs: [[1, 1, 4, 4]],
        call: (x) => pool(x, 2, { padding: 2 }),
        message: /padding \[2, 2\] must be at most half/,
      },
      { inputs: [[4, 4]], call: (x) => pool(x, 2), message: /needs images .*got \[4, 4\]/ },
    ],
  };
}
