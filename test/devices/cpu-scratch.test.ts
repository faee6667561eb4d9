import { afterEach, describe, expect, it } from "vitest";
import { batchNormKernels } from "../../src/devices/cpu/batch-norm.ts";
import { convKernels } from "../../src/devices/cpu/conv.ts";
import { crossEntropyKernels } from "../../src/devices/cpu/cross-entropy.ts";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import { distanceKernels } from "../../src/devices/cpu/distance.ts";
import { Machine } from "../../src/devices/cpu/machine.ts";
import { matmulKernels } from "../../src/devices/cpu/matmul.ts";
import { optimizerKernels } from "../../src/devices/cpu/optimizer.ts";
import { poolKernels } from "../../src/devices/cpu/pool2d.ts";
import { reduceKernels } from "../../src/devices/cpu/reduce.ts";
import { rowKernels } from "../../src/devices/cpu/rows.ts";
import { squareKernels } from "../../src/devices/cpu/squares.ts";
import { unitRowKernels } from "../../src/devices/cpu/unit-rows.ts";
import type { FusedKernels, Storage } from "../../src/devices/device.ts";
import type { Axis, WindowSizes } from "../../src/devices/sizes.ts";
import { pixelsIn, pixelsOut } from "../../src/devices/sizes.ts";
import { strayWrite } from "./against.ts";
import { windowOf } from "./cases/windows.ts";
import { machineWith, restore } from "./slip.ts";

const device = new CpuDevice();
const fused = (kernels: (machine: Machine) => FusedKernels, machine: Machine): Required<FusedKernels> =>
  kernels(machine) as Required<FusedKernels>;

interface Launch {
  readonly what: string;
  readonly sizes: readonly number[];
  run(machine: Machine, inputs: readonly Storage[]): Storage | readonly Storage[];
  /** Less scratch memory than the launch needs, where it asks for `count` floats; absent if it needs none or not all. */
  short?(count: number): number;
}

const oneLess = (count: number): number => count - 1;

const axes: Axis[] = [
  { outer: 1, n: 1, inner: 1 },
  { outer: 5, n: 17, inner: 1 },
  { outer: 3, n: 6, inner: 49 },
  { outer: 130, n: 65, inner: 1 },
];
const how = { eps: 1e-5, relu: true };
const norms = axes.flatMap((axis): Launch[] => {
  const { outer, n, inner } = axis;
  const [x, on] = [outer * n * inner, `on [${outer}, ${n}, ${inner}]`];
  return [
    {
      what: `channelMoments ${on}`,
      sizes: [x],
      run: (m, [image]) => fused(batchNormKernels, m).channelMoments(image, axis),
      short: oneLess,
    },
    {
      what: `batchNormalizeTotals ${on}`,
      sizes: [x, x, n, n, 2 * n],
      run: (m, [g, image, w, b, moments]) =>
        fused(batchNormKernels, m).batchNormalizeTotals(g, image, w, b, moments, axis, how),
      short: oneLess,
    },
    {
      what: `batchNormalize ${on}`,
      sizes: [x, n, n, 2 * n],
      run: (m, [image, w, b, moments]) => fused(batchNormKernels, m).batchNormalize(image, w, b, moments, axis, how),
      short: oneLess,
    },
    {
      what: `batchNormalizeInput ${on}`,
      sizes: [x, x, n, n, 2 * n, 2 * n],
      run: (m, [g, image, w, b, moments, totals]) =>
        fused(batchNormKernels, m).batchNormalizeInput(g, image, w, b, moments, totals, axis, how),
      short: oneLess,
    },
  ];
});

const pools = [
  windowOf([2, 3, 5, 7], [3, 3], [2, 2], [1, 1], [1, 1]),
  windowOf([1, 2, 13, 11], [3, 5], [1, 4], [1, 2], [1, 1]),
  windowOf([1, 1, 9, 63], [3, 3], [1, 2], [1, 1], [1, 3]),
  windowOf([1, 1, 3, 1031], [2, 3], [1, 1], [1, 0], [1, 1]),
].flatMap((window): Launch[] => {
  const { width, height, kernel, stride, padding, dilation } = window;
  const on = `[${kernel}] on [${height}, ${width}] stride ${stride} padding ${padding} dilation ${dilation}`;
  // The last of the row is only read.
  const used = width + 2 * padding[1];
  return [
    {
      what: `maxPool2d ${on}`,
      sizes: [pixelsIn(window)],
      run: (m, [x]) => Object.values(fused(poolKernels, m).maxPool2d(x, window)),
      short: (count) => count / 2 + used - 1,
    },
    {
      what: `extremePool2d ${on}`,
      sizes: [pixelsIn(window), window.channels],
      run: (m, [x, w]) => Object.values(fused(poolKernels, m).extremePool2d(x, w, window)),
      short: (count) => count / 2 + used - 1,
    },
    {
      what: `batchNormalizePoolInput ${on}`,
      sizes: [pixelsOut(window), pixelsIn(window), ...[1, 1, 2, 2].map((k) => k * window.channels), pixelsOut(window)],
      run: (m, [g, x, w, b, moments, totals, places]) =>
        fused(batchNormKernels, m).batchNormalizePoolInput(g, x, w, b, moments, totals, places, window, how),
      short: oneLess,
    },
    {
      what: `avgPool2d ${on}`,
      sizes: [pixelsIn(window)],
      run: (m, [x]) => fused(poolKernels, m).avgPool2d(x, window),
      short: () => used - 1,
    },
    {
      what: `avgSpread ${on}`,
      sizes: [pixelsOut(window)],
      run: (m, [g]) => fused(poolKernels, m).avgSpread(g, window),
      short: () => used - 1,
    },
  ];
});

const convolutions: [window: WindowSizes, out: number][] = [
  [windowOf([1, 142, 9, 9], [3, 3], [1, 1], [1, 1], [1, 1]), 3],
  [windowOf([2, 150, 5, 5], [3, 3], [2, 2], [1, 1], [1, 1]), 65],
  [windowOf([1, 2, 20, 20], [3, 3], [1, 1], [0, 0], [1, 1]), 3],
  [windowOf([5, 1, 17, 17], [3, 3], [1, 1], [1, 1], [1, 1]), 2], // three images in one block
  [windowOf([1, 1, 2, 1031], [3, 3], [1, 1], [1, 1], [1, 1]), 2],
  [windowOf([1, 3, 40, 61], [5, 5], [1, 2], [2, 2], [2, 1]), 6],
  [windowOf([2, 3, 19, 31], [1, 1], [1, 1], [0, 0], [1, 1]), 133], // more weights than add up at once
];
const slides = convolutions.flatMap(([window, out]): Launch[] => {
  const { batch, channels, height, width, kernel } = window;
  const on = `of [${kernel}] on [${batch}, ${channels}, ${height}, ${width}] to ${out}`;
  const [x, w, g] = [pixelsIn(window), out * channels * kernel[0] * kernel[1], pixelsOut(window, out)];
  // A channel of a band ends with up to 31 floats that nothing is written to.
  const short = (count: number): number => count - 32;
  return [
    {
      what: `convolve ${on}`,
      sizes: [x, w],
      run: (m, [image, weight]) => convKernels(m).convolve(image, weight, out, window),
      short,
    },
    {
      what: `convolveInput ${on}`,
      sizes: [g, w],
      run: (m, [gradient, weight]) => convKernels(m).convolveInput(gradient, weight, out, window),
      short,
    },
    {
      what: `convolveWeight ${on}`,
      sizes: [x, g],
      run: (m, [image, gradient]) => convKernels(m).convolveWeight(image, gradient, out, window),
      short,
    },
  ];
});

const products = (
  [
    [960, 4097, 256, false],
    [16, 3, 96, true], // its result is written transposed, a whole block of rows
    [1, 257, 16_384, false],
  ] as const
).map(([m, k, n, transposeB]): Launch => {
  const forms = { transposeA: false, transposeB, batchedA: true, batchedB: true };
  return {
    what: `matmul of [${m}, ${k}] and ${transposeB ? `[${n}, ${k}] transposed` : `[${k}, ${n}]`}`,
    sizes: [m * k, k * n],
    run: (machine, [a, b]) => matmulKernels(machine).matmul(a, b, { batch: 1, m, k, n, ...forms }),
    short: oneLess,
  };
});

const others: Launch[] = [
  ...[1, 5, 64].flatMap((n): Launch[] => [
    {
      what: `squaredDistances of ${n} points`,
      sizes: [n * 3, 7 * 3],
      run: (m, [x, y]) => fused(distanceKernels, m).squaredDistances(x, y, n, 7, 3),
    },
    { what: `pdist of ${n} points`, sizes: [n * 3], run: (m, [x]) => fused(distanceKernels, m).pdist(x, n, 3) },
  ]),
  ...(["max", "argMin"] as const).map(
    (kind): Launch => ({
      what: `${kind} of columns`,
      sizes: [2 * 3 * 17],
      run: (m, [x]) => reduceKernels(m).reduce(kind, x, { outer: 2, n: 3, inner: 17 }),
      short: oneLess,
    }),
  ),
  {
    what: "take",
    sizes: [2 * 3 * 5],
    run: (m, [x]) => rowKernels(m).take(x, Int32Array.of(2, 0, 2), { outer: 2, n: 3, inner: 5 }),
    short: oneLess,
  },
  {
    what: "scatterAdd",
    sizes: [2 * 3 * 5],
    run: (m, [x]) => rowKernels(m).scatterAdd(x, Int32Array.of(2, 0, 2), { outer: 2, n: 3, inner: 5 }),
    short: oneLess,
  },
];

const updates: Launch[] = [1, 3, 65, 1031].flatMap((n): Launch[] => {
  const [sgd, adam] = [
    { lr: 0.1, momentum: 0.9, weightDecay: 0.1, nesterov: true },
    { lr: 0.1, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0.1, shrink: 0.9 },
  ] as const;
  return [
    {
      what: `sgd of ${n}`,
      sizes: [n, n, n],
      run: (m, [p, g, b]) => fused(optimizerKernels, m).sgd([{ p, g, state: [b], step: 2 }], sgd, [])[0],
    },
    {
      what: `adam of ${n}`,
      sizes: [n, n, n, n],
      run: (m, [p, g, ...state]) => fused(optimizerKernels, m).adam([{ p, g, state, step: 2 }], adam, [])[0],
    },
  ];
});

const rows: Launch[] = [1, 3, 10, 65].flatMap((d): Launch[] => {
  const [n, x] = [7, 7 * d];
  const labels = new Int32Array(n).fill(d - 1);
  return [
    { what: `unitRows of ${d}`, sizes: [x], run: (m, [a]) => fused(unitRowKernels, m).unitRows(a, n, d, 1e-12) },
    {
      what: `unitRowsInput of ${d}`,
      sizes: [x, x],
      run: (m, [g, a]) => fused(unitRowKernels, m).unitRowsInput(g, a, n, d, 1e-12),
    },
    { what: `squaredLengths of ${d}`, sizes: [x], run: (m, [a]) => fused(squareKernels, m).squaredLengths(a, n, d) },
    {
      what: `crossEntropy of ${d}`,
      sizes: [x],
      run: (m, [a]) => Object.values(fused(crossEntropyKernels, m).crossEntropy(a, labels, n, d)),
      short: oneLess,
    },
    {
      what: `crossEntropyInput of ${d}`,
      sizes: [x, n, x],
      run: (m, [a, totals, target]) => fused(crossEntropyKernels, m).crossEntropyInput(a, totals, target, n, d),
    },
  ];
});

const sums: Launch = {
  what: "sumOfSquares",
  sizes: [5, 20_000, 4096],
  run: (m, xs) => fused(squareKernels, m).sumOfSquares(xs),
  short: oneLess,
};

const launches = [...updates, ...rows, sums, ...norms, ...pools, ...slides, ...products, ...others];

describe("a launch writes nothing but its results and its scratch memory", () => {
  it.each(launches)("$what", ({ sizes, run }) => {
    expect(strayWrite(new Machine(device, { threads: 1 }), sizes, run)).toBeLessThan(0);
  });
});

describe("too little scratch memory is noticed", () => {
  it.each(launches.filter(({ short }) => short))("in $what", ({ sizes, run, short }) => {
    expect(strayWrite(new Machine(device, { threads: 1 }), sizes, run, short)).toBeGreaterThanOrEqual(0);
  });
});

describe("a band that is too small, or room for too few results, is noticed", () => {
  afterEach(restore);

  it.each([
    ["sliding", "this.blockImages * this.bandImage + 15", "15"],
    ["sliding", "this.rowPhases * this.columnPhases * this.bandRows", "this.bandRows"],
    ["conv-weight", "16 * sizes.blockQuads", "8 * sizes.blockQuads"],
  ])("in %s.ts, with %s written %s", async (file, from, to) => {
    const window = windowOf([2, 40, 17, 17], [3, 3], [2, 2], [1, 1], [1, 1]);
    const machine = await machineWith(file, from, to);
    const [x, w, g] = [pixelsIn(window), 9 * 40 * 9, pixelsOut(window, 9)];
    const stray = [
      strayWrite(machine, [x, w], (m, [image, weight]) => convKernels(m).convolve(image, weight, 9, window)),
      strayWrite(machine, [x, g], (m, [image, gradient]) => convKernels(m).convolveWeight(image, gradient, 9, window)),
    ];
    expect(Math.max(...stray)).toBeGreaterThanOrEqual(0);
  });
});
