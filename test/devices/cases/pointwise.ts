import type { Op } from "../../../src/autograd/op.ts";
import type { Kernels, MapFunction, ZipFunction } from "../../../src/devices/device.ts";
import { reference } from "../../../src/devices/reference/reference.ts";
import * as pointwise from "../../../src/ops/pointwise.ts";
import { broadcastStrides, sizeOf } from "../../../src/shape.ts";
import { type Case, pointwiseBound, sizes, upAndDown } from "./case.ts";
import { numbers, special, withSpecial } from "./numbers.ts";

/** The functions of the built-in ops, as the ops hand them to a device. */
export const builtIn: { readonly maps: readonly MapFunction[]; readonly zips: readonly ZipFunction[] } = (() => {
  const maps: MapFunction[] = [];
  const zips: ZipFunction[] = [];
  const listening = reference("float32");
  const kernels: Kernels = {
    ...listening.kernels,
    map(fn, x) {
      maps.push(fn);
      return x;
    },
    zip(fn, a) {
      zips.push(fn);
      return a;
    },
  };
  for (const exported of Object.values(pointwise)) {
    if (!("definition" in exported)) continue;
    const { definition } = exported as Op<never[]>;
    const x = listening.upload([1]);
    definition.forward({ ...listening, kernels }, [x, x], { shape: [1], shapes: [[1], [1]], wanted: [false, false] });
  }
  return { maps, zips };
})();

/** Numbers of which none is special, but one far from the first. */
const ordinary = (n: number, seed: number): Float32Array =>
  numbers(n, seed).map((x, i) => (i === 1030 ? Number.NaN : 1.001 + x));

export const mapCases: Case[] = builtIn.maps.flatMap((fn) =>
  [...upAndDown.map((n) => withSpecial(n, 1)), ...sizes.map((n) => ordinary(n, 1))].map((x) => ({
    kernel: `map:${fn.name}`,
    what: `of ${x.length} from ${x[0]}`,
    inputs: [x],
    call: ({ kernels }, [on]) => kernels.map(fn, on),
    ...pointwiseBound,
  })),
);

/** Every special number against every other, and whole exponents past what squaring a few times does. */
const pairs = [...special.flatMap((a) => special.map((b) => [a, b])), [-1.01, 129], [1.01, -130]];

const broadcasts: readonly (readonly [a: number[], b: number[], out: number[]])[] = [
  [[], [], []],
  [[5], [], [5]],
  [[], [1031], [1031]],
  [
    [3, 1],
    [1, 5],
    [3, 5],
  ],
  [[17, 65], [65], [17, 65]],
  [
    [17, 65],
    [17, 1],
    [17, 65],
  ],
  [
    [2, 1, 5, 1],
    [3, 1, 7],
    [2, 3, 5, 7],
  ],
  [[0, 3], [3], [0, 3]],
  [
    [1, 1, 3],
    [4, 1, 1],
    [4, 1, 3],
  ],
];

export const zipCases: Case[] = builtIn.zips.flatMap((fn) => [
  ...upAndDown.map(
    (n): Case => ({
      kernel: `zip:${fn.name}`,
      what: `of ${n}`,
      inputs: [withSpecial(n, 2), withSpecial(n, 3)],
      call: ({ kernels }, [a, b]) => kernels.zip(fn, a, [1], b, [1], [n]),
      ...pointwiseBound,
    }),
  ),
  {
    kernel: `zip:${fn.name}`,
    what: "of ordinary numbers",
    inputs: [ordinary(1031, 2), numbers(1031, 3).map((x) => 3 * x)],
    call: ({ kernels }, [a, b]) => kernels.zip(fn, a, [1], b, [1], [1031]),
    ...pointwiseBound,
  },
  {
    kernel: `zip:${fn.name}`,
    what: "of special numbers",
    inputs: [Float32Array.from(pairs, ([a]) => a), Float32Array.from(pairs, ([, b]) => b)],
    call: ({ kernels }, [a, b]) => kernels.zip(fn, a, [1], b, [1], [pairs.length]),
    ...pointwiseBound,
  },
  ...broadcasts.map(
    ([a, b, out]): Case => ({
      kernel: `zip:${fn.name}`,
      what: `of [${a}] and [${b}]`,
      inputs: [withSpecial(sizeOf(a), 4), withSpecial(sizeOf(b), 5)],
      call: ({ kernels }, [x, y]) => kernels.zip(fn, x, broadcastStrides(a, out), y, broadcastStrides(b, out), out),
      ...pointwiseBound,
    }),
  ),
]);
