import { accumulate } from "../../../src/autograd/backward.ts";
import { identity } from "../../../src/autograd/transforms.ts";
import { broadcastSamples } from "./broadcast.ts";
import { convSamples } from "./conv.ts";
import { crossEntropySamples } from "./cross-entropy.ts";
import { distanceSamples } from "./distance.ts";
import { gruSamples } from "./gru.ts";
import { layoutSamples } from "./layout.ts";
import { matmulSamples } from "./matmul.ts";
import { normalizeSamples } from "./normalize.ts";
import { pointwiseSamples } from "./pointwise.ts";
import { poolSamples } from "./pool.ts";
import { potentialSamples } from "./potential.ts";
import { randomSamples } from "./random.ts";
import { reduceSamples } from "./reduce.ts";
import { rowsSamples } from "./rows.ts";
import type { Samples } from "./sample.ts";

/** How every op and composite is tried; pointwise ops beside the listed ones try themselves (all.ts). */
export const samples: Samples = {
  accumulate: {
    sample(choose) {
      const shape = choose.shape();
      return { inputs: [shape, shape], call: accumulate };
    },
  },
  identity: { sample: (choose) => ({ inputs: [choose.shape()], call: identity }) },
  ...broadcastSamples,
  ...convSamples,
  ...crossEntropySamples,
  ...distanceSamples,
  ...gruSamples,
  ...layoutSamples,
  ...matmulSamples,
  ...normalizeSamples,
  ...pointwiseSamples,
  ...poolSamples,
  ...potentialSamples,
  ...randomSamples,
  ...reduceSamples,
  ...rowsSamples,
};
