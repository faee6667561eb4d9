import { tensor } from "../../../src/autograd/create.ts";
import type { Tensor } from "../../../src/autograd/tensor.ts";
import type { Pair } from "../../../src/ops/pair.ts";
import { avgPool2d, avgSpread, maxPool2d, type PoolOptions, pick, unpick } from "../../../src/ops/pool.ts";
import { windowOver } from "../../../src/ops/window.ts";
import { sizeOf } from "../../../src/shape.ts";
import type { Chooser, Samples, Trial } from "./sample.ts";

export const poolSamples: Samples = {
  maxPool2d: trial(maxPool2d),
  avgPool2d: trial(avgPool2d),
  avgSpread: {
    sample(choose) {
      const [image, kernel] = [chooseImage(choose), choose.pick<Pair>(2, 3, [1, 2])];
      const padding = choose.int(0, kernel === 3 ? 1 : 0);
      const window = windowOver("window", image, kernel, { stride: choose.int(1, 2), padding });
      return { inputs: [[image[0], image[1], window.outHeight, window.outWidth]], call: (g) => avgSpread(g, window) };
    },
  },
  pick: {
    sample(choose) {
      const [image, places] = [chooseImage(choose), choosePlaces(choose)];
      return { inputs: [image], call: (x) => pick(x, placesIn(x, [x.shape[0], x.shape[1], ...places], x.shape)) };
    },
    errors: [
      {
        inputs: [
          [1, 2, 3, 3],
          [1, 1, 2, 2],
        ],
        call: (x, places) => pick(x, places),
        message: /pick: images \[1, 2, 3, 3\] need places .*\[1, 1, 2, 2\]/,
      },
    ],
  },
  unpick: {
    sample(choose) {
      const [image, places] = [chooseImage(choose), choosePlaces(choose)];
      const pixels = [image[0], image[1], ...places];
      return { inputs: [pixels], call: (g) => unpick(g, placesIn(g, pixels, image), image) };
    },
    errors: [
      {
        inputs: [
          [1, 2, 3, 3],
          [1, 2, 2, 2],
        ],
        call: (g, places) => unpick(g, places, [1, 2, 4, 4]),
        message: /unpick: images \[1, 2, 3, 3\] need a place for each pixel, got \[1, 2, 2, 2\]/,
      },
    ],
  },
};

function chooseImage(choose: Chooser): [number, number, number, number] {
  return [choose.int(1, 2), choose.int(1, 2), choose.int(3, 5), choose.int(3, 5)];
}

function choosePlaces(choose: Chooser): [number, number] {
  return [choose.int(1, 3), choose.int(1, 4)];
}

/** Places in the planes of an image, some of them more than once. */
function placesIn(like: Tensor, shape: readonly number[], [, , height, width]: readonly number[]): Tensor {
  const places = Array.from({ length: sizeOf(shape) }, (_, i) => (7 * i + (i >> 2)) % (height * width));
  return tensor(Float32Array.from(places), { shape: [...shape], device: like.device });
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
