import { dropout, generator } from "../../../src/ops/random.ts";
import type { Samples } from "./sample.ts";

export const randomSamples: Samples = {
  dropout: {
    sample(choose) {
      const seed = choose.int(0, 1000);
      return { inputs: [choose.shape()], call: (x) => dropout(x, 0.3, generator(seed)) };
    },
    errors: [
      { inputs: [[2]], call: (x) => dropout(x, 1.5, generator(0)), message: /dropout: p must be in 0..1, got 1.5/ },
    ],
  },
};
