import { logPotential, potentialGradient } from "../../../src/ops/potential.ts";
import type { Chooser, Samples } from "./sample.ts";

/** Points, alone or beside others. */
function sets(choose: Chooser): [number, number][] {
  const d = choose.int(1, 4);
  return choose.pick(true, false) ? [[choose.int(2, 5), d]] : [1, 1].map((least) => [choose.int(least, 4), d]);
}

const t = 0.7;

export const potentialSamples: Samples = {
  logPotential: {
    sample: (choose) => ({ inputs: sets(choose), call: (x, y) => logPotential(x, t, y) }),
    errors: [
      { inputs: [[3]], call: (x) => logPotential(x, t), message: /logPotential: needs points \[n, d\], got \[3\]/ },
      {
        inputs: [
          [2, 3],
          [2, 4],
        ],
        call: (x, y) => logPotential(x, t, y),
        message: /logPotential: needs points .*\[2, 3\] and \[2, 4\]/,
      },
      {
        inputs: [[1, 3]],
        call: (x) => logPotential(x, t),
        message: /logPotential: needs a pair of points, got \[1, 3\]/,
      },
      {
        inputs: [
          [2, 3],
          [0, 3],
        ],
        call: (x, y) => logPotential(x, t, y),
        message: /logPotential: needs a pair of points, got \[2, 3\], \[0, 3\]/,
      },
    ],
  },
  potentialGradient: {
    sample: (choose) => ({ inputs: [[], ...sets(choose)], call: (total, x, y) => potentialGradient(x, total, t, y) }),
    errors: [
      {
        inputs: [[2, 3], []],
        call: (x, total) => potentialGradient(x, total, t, total),
        message: /potentialGradient: needs points .*\[2, 3\] and \[\]/,
      },
      {
        inputs: [[2, 3], [2]],
        call: (x, total) => potentialGradient(x, total, t),
        message: /potentialGradient: total must be one number, got \[2\]/,
      },
    ],
  },
};
