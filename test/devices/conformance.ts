import type { Op } from "../../src/autograd/op.ts";
import type {
  Axis,
  Device,
  Kernels,
  MapFunction,
  Reduction,
  Storage,
  View,
  WindowSizes,
  ZipFunction,
} from "../../src/devices/device.ts";
import { columnCount, pixelsIn, pixelsOut } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import * as pointwise from "../../src/ops/pointwise.ts";
import { broadcastStrides, sizeOf } from "../../src/shape.ts";

/** One call of one kernel, to be made on any device. */
interface Case {
  readonly kernel: string;
  readonly what: string;
  readonly inputs: readonly Float32Array[];
  call(device: Device, inputs: readonly Storage[]): Storage;
  /** Largest allowed error relative to max(floor, |wanted|). */
  readonly tolerance: number;
  readonly floor: number;
}

export const sizes: readonly number[] = [0, 1, 3, 5, 17, 63, 64, 65, 1031];

const exact = { tolerance: 0, floor: 0 };
/** Below the smallest normal float32 nothing is promised. */
const pointwiseBound = { tolerance: 1e-5, floor: 2e-33 };
/** A sum of `terms` numbers of size about 1. */
const sumBound = (terms: number) => ({ tolerance: 2e-6 * Math.sqrt(Math.max(1, terms)), floor: 1 });

/**
 * Runs the kernels whose name matches on `device` and, in float64, on the reference device, and says where they
 * disagree: nothing if the device conforms. Sizes grow from case to case and then shrink; memory that a kernel gets is
 * full of NaN where the device gives out again what was freed.
 */
export async function conformance(device: Device, only: RegExp = /./): Promise<string[]> {
  const oracle = reference("float64");
  const violations: string[] = [];
  for (const { kernel, what, inputs, call, tolerance, floor } of cases.filter((c) => only.test(c.kernel))) {
    const given = inputs.map((x) => device.upload(x));
    const ours = inputs.map((x) => oracle.upload(x));
    const wanted = await call(oracle, ours).read();
    device
      .upload(new Float32Array(4 * (wanted.length + sum(inputs.map((x) => x.length))) + 4096).fill(Number.NaN))
      .free();
    const got = await call(device, given).read();
    const name = `${kernel} ${what}`;
    if (got.length !== wanted.length) violations.push(`${name}: ${got.length} numbers instead of ${wanted.length}`);
    const wrong = wanted.findIndex((w, i) => !agrees(got[i], Math.fround(w), tolerance, floor));
    if (wrong >= 0) violations.push(`${name}: [${wrong}] is ${got[wrong]} instead of ${wanted[wrong]}`);
    for (const [i, x] of given.entries()) {
      const after = await x.read();
      if (!inputs[i].every((value, j) => Object.is(value, after[j]))) violations.push(`${name}: changed input ${i}`);
    }
  }
  return violations;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function agrees(got: number | undefined, wanted: number, tolerance: number, floor: number): boolean {
  if (got === undefined) return false;
  if (Number.isNaN(wanted) || !Number.isFinite(wanted)) return Object.is(got, wanted);
  return Math.abs(got - wanted) <= tolerance * Math.max(floor, Math.abs(wanted));
}

/** Numbers in (-1, 1) that anyone can work out again: the fractional parts of multiples of the golden ratio. */
function numbers(count: number, seed = 0): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => 2 * (((i + 1 + 7919 * seed) * 0.6180339887498949) % 1) - 1);
}

const special = [
  ...[Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, 1e-3, -1e-3],
  ...[1.25, -1.2499, 4, -7, 88, -88, 100, -120, 1e-30, -1e30],
];

/** Random numbers in (-3, 3) with the special ones scattered among them. */
function withSpecial(count: number, seed: number): Float32Array {
  return numbers(count, seed).map((x, i) => (i % 3 === 2 ? special[(i + seed) % special.length] : 3 * x));
}

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
    definition.forward({ ...listening, kernels }, [x, x], { shape: [1], shapes: [[1], [1]] });
  }
  return { maps, zips };
})();

const upAndDown = [...sizes, ...sizes.toReversed().slice(1)];

const mapCases: Case[] = builtIn.maps.flatMap((fn) =>
  upAndDown.map((n) => ({
    kernel: `map:${fn.name}`,
    what: `of ${n}`,
    inputs: [withSpecial(n, 1)],
    call: ({ kernels }, [x]) => kernels.map(fn, x),
    ...pointwiseBound,
  })),
);

/** Every special number against every other. */
const pairs = special.flatMap((a) => special.map((b) => [a, b]));

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

const zipCases: Case[] = builtIn.zips.flatMap((fn) => [
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

/** In steps of a quarter, so that there are ties; `holes` puts a NaN at every 7th place, `poles` an infinity. */
function steps(count: number, kind: "plain" | "holes" | "poles"): Float32Array {
  return numbers(count, 6).map((x, i) => {
    if (i % 7 === 4 && kind === "holes") return Number.NaN;
    if (i % 5 === 3 && kind === "poles") return i % 2 ? Infinity : -Infinity;
    return Math.round(4 * x) / 4;
  });
}

const reductions = ["sum", "max", "min", "argMax", "argMin"] as const satisfies readonly Reduction[];

const reduceCases: Case[] = reductions.flatMap((kind) =>
  upAndDown
    .flatMap((n) => [
      { outer: 3, n, inner: 1 },
      { outer: 1, n, inner: 5 },
      { outer: 2, n: 3, inner: n },
      { outer: n, n: 17, inner: 1 },
    ])
    .filter(({ n }) => kind === "sum" || n > 0)
    .flatMap((axis) =>
      (["plain", "holes", "poles"] as const).map(
        (values): Case => ({
          kernel: `reduce:${kind}`,
          what: `${values} over [${axis.outer}, ${axis.n}, ${axis.inner}]`,
          inputs: [
            kind === "sum" && values === "plain"
              ? numbers(axis.outer * axis.n * axis.inner)
              : steps(axis.outer * axis.n * axis.inner, values),
          ],
          call: ({ kernels }, [x]) => kernels.reduce(kind, x, axis),
          ...(kind === "sum" ? sumBound(axis.n) : exact),
        }),
      ),
    ),
);

const onOff = [false, true];
const products = [
  ...upAndDown.flatMap((s) => [
    [1, s, 3, 5],
    [1, 3, s, 5],
    [1, 5, 3, s],
    [s, 2, 3, 2],
  ]),
  [1, 65, 64, 63],
  [2, 3, 5, 17],
];

const matmulCases: Case[] = products.flatMap(([batch, m, k, n]) =>
  (m === 3 || k === 64 ? onOff : [false]).flatMap((batchedA) =>
    onOff.flatMap((batchedB) =>
      onOff.flatMap((transposeA) =>
        onOff.map((transposeB): Case => {
          const flags = `${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}, batched ${batchedA} ${batchedB}`;
          return {
            kernel: "matmul",
            what: `${batch} of [${m}, ${k}] [${k}, ${n}] ${flags}`,
            inputs: [numbers((batchedA ? batch : 1) * m * k, 1), numbers((batchedB ? batch : 1) * k * n, 2)],
            call: ({ kernels }, [a, b]) =>
              kernels.matmul(a, b, { batch, m, k, n, transposeA, transposeB, batchedA, batchedB }),
            ...sumBound(k),
          };
        }),
      ),
    ),
  ),
);

/** A view onto a contiguous tensor of shape `of`. */
interface Slice extends View {
  readonly of: readonly number[];
}

/** Views that name no place twice, so that they can be placed as well as copied. */
const slices: Slice[] = [
  ...sizes.map((n) => ({ of: [n], shape: [n], strides: [1], offset: 0 })),
  { of: [], shape: [], strides: [], offset: 0 },
  { of: [7], shape: [1], strides: [1], offset: 6 },
  { of: [17], shape: [6], strides: [3], offset: 1 },
  { of: [17], shape: [17], strides: [-1], offset: 16 },
  { of: [63, 65], shape: [65, 63], strides: [1, 65], offset: 0 },
  { of: [63, 65], shape: [62, 64], strides: [65, 1], offset: 66 },
  { of: [5, 7], shape: [3, 4], strides: [-14, 2], offset: 28 },
  { of: [4, 4], shape: [4], strides: [5], offset: 0 },
  { of: [2, 3, 5, 7], shape: [7, 3, 2, 5], strides: [1, 35, 105, 7], offset: 0 },
  { of: [3, 1, 5], shape: [5, 1, 3], strides: [1, 99, 5], offset: 0 },
  { of: [3, 5], shape: [0, 5], strides: [5, 1], offset: 0 },
];
const repeats: Slice[] = [
  { of: [3], shape: [5, 3], strides: [0, 1], offset: 0 },
  { of: [1], shape: [1031], strides: [0], offset: 0 },
  { of: [3, 1, 5], shape: [3, 17, 5], strides: [5, 0, 1], offset: 0 },
];

const copyCases: Case[] = [...slices, ...repeats].map((view) => ({
  kernel: "copy",
  what: `[${view.shape}] with strides [${view.strides}] from ${view.offset} of [${view.of}]`,
  inputs: [withSpecial(sizeOf(view.of), 0)],
  call: ({ kernels }, [x]) => kernels.copy(x, view),
  ...exact,
}));

const placeCases: Case[] = slices.flatMap((view) =>
  [0, -2.5, -Infinity, Number.NaN].map((fill) => ({
    kernel: "place",
    what: `[${view.shape}] at strides [${view.strides}] from ${view.offset} into [${view.of}], filled with ${fill}`,
    inputs: [withSpecial(sizeOf(view.shape), 0)],
    call: ({ kernels }, [x]) => kernels.place(x, view, sizeOf(view.of), fill),
    ...exact,
  })),
);

const concatCases: Case[] = [
  [17],
  [0, 3],
  [3, 0],
  [1, 1],
  [5, 64, 17],
  [1, 0, 3, 65, 2],
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
].flatMap((widths) =>
  [
    [1, 1],
    [3, 1],
    [2, 5],
    [0, 3],
  ].map(([outer, inner]) => ({
    kernel: "concat",
    what: `widths [${widths}] in [${outer}, *, ${inner}]`,
    inputs: widths.map((w, i) => withSpecial(outer * w * inner, i)),
    call: ({ kernels }, parts) => kernels.concat(parts, outer, widths, inner),
    ...exact,
  })),
);

const picks = [[], [0], [2, 0, 2, 2, 1], sizes.map((s) => s % 3), Array.from({ length: 1031 }, (_, i) => (i * i) % 3)];

const takeCases: Case[] = picks.flatMap((list) =>
  [
    { outer: 1, n: 3, inner: 1 },
    { outer: 5, n: 3, inner: 17 },
    { outer: 2, n: 64, inner: 3 },
    { outer: 0, n: 3, inner: 2 },
  ].flatMap((axis): Case[] => {
    const indices = Int32Array.from(list);
    const what = `${list.length} of [${axis.outer}, ${axis.n}, ${axis.inner}]`;
    return [
      {
        kernel: "take",
        what,
        inputs: [withSpecial(axis.outer * axis.n * axis.inner, 1)],
        call: ({ kernels }, [x]) => kernels.take(x, indices, axis),
        ...exact,
      },
      {
        kernel: "scatterAdd",
        what,
        inputs: [numbers(axis.outer * list.length * axis.inner, 1)],
        call: ({ kernels }, [x]) => kernels.scatterAdd(x, indices, axis),
        ...sumBound(list.length),
      },
    ];
  }),
);

function windowOf(
  image: readonly [batch: number, channels: number, height: number, width: number],
  kernel: readonly [number, number],
  stride: readonly [number, number],
  padding: readonly [number, number],
  dilation: readonly [number, number],
): WindowSizes {
  const [batch, channels, height, width] = image;
  const out = (n: number, d: 0 | 1): number =>
    Math.floor((n + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d]) + 1;
  return {
    ...{ batch, channels, height, width, kernel, stride, padding, dilation },
    outHeight: out(height, 0),
    outWidth: out(width, 1),
  };
}

const windows = [
  windowOf([1, 1, 1, 1], [1, 1], [1, 1], [0, 0], [1, 1]),
  windowOf([2, 3, 5, 7], [3, 3], [1, 1], [1, 1], [1, 1]),
  windowOf([1, 2, 17, 5], [3, 2], [2, 1], [0, 1], [1, 1]),
  windowOf([2, 1, 17, 17], [5, 3], [2, 3], [2, 1], [2, 1]),
  windowOf([1, 1, 65, 63], [3, 3], [1, 2], [3, 0], [1, 3]),
  windowOf([0, 2, 5, 5], [3, 3], [1, 1], [0, 0], [1, 1]),
];

const windowCases: Case[] = windows.flatMap((window): Case[] => {
  const { kernel } = window;
  const what = named(window);
  return [
    {
      kernel: "unfold",
      what,
      inputs: [withSpecial(pixelsIn(window), 1)],
      call: ({ kernels }, [x]) => kernels.unfold(x, window),
      ...exact,
    },
    {
      kernel: "fold",
      what,
      inputs: [numbers(columnCount(window), 1)],
      call: ({ kernels }, [x]) => kernels.fold(x, window),
      ...sumBound(kernel[0] * kernel[1]),
    },
  ];
});

const distanceCases: Case[] = upAndDown.flatMap((n) =>
  [0, 1, 3, 17, n].flatMap((d): Case[] => {
    const few = n > 100 && d > 3 ? 5 : n;
    return [
      {
        kernel: "squaredDistances",
        what: `[${few}, ${d}] to [17, ${d}]`,
        inputs: [numbers(few * d, 1), numbers(17 * d, 2)],
        call: ({ fused }, [x, y]) => present(fused.squaredDistances)(x, y, few, 17, d),
        ...sumBound(d),
      },
      {
        kernel: "pdist",
        what: `[${few}, ${d}]`,
        inputs: [numbers(few * d, 1)],
        call: ({ fused }, [x]) => present(fused.pdist)(x, few, d),
        ...sumBound(d),
      },
    ];
  }),
);

/** Filters over images, with how many images they make. */
const convolutions: (readonly [WindowSizes, out: number])[] = [
  ...windows.flatMap((window) => [1, 5].map((out) => [window, out] as const)),
  [windowOf([2, 16, 14, 14], [3, 3], [1, 1], [1, 1], [1, 1]), 64],
  [windowOf([3, 17, 5, 5], [1, 1], [1, 1], [0, 0], [1, 1]), 65],
  [windowOf([1, 63, 7, 7], [3, 3], [2, 2], [1, 1], [1, 1]), 17],
  [windowOf([17, 1, 28, 28], [3, 3], [1, 1], [1, 1], [1, 1]), 32],
  [windowOf([1, 3, 3, 1031], [2, 5], [1, 3], [0, 2], [1, 2]), 3],
  [windowOf([1, 0, 4, 4], [3, 3], [1, 1], [0, 0], [1, 1]), 2],
];

const convolveCases: Case[] = convolutions.flatMap(([window, out]): Case[] => {
  const { batch, channels, kernel, outHeight, outWidth } = window;
  const [area, what] = [kernel[0] * kernel[1], `${named(window)} to ${out} channels`];
  const x = numbers(pixelsIn(window), 1);
  const w = numbers(out * channels * area, 2);
  const g = numbers(pixelsOut(window, out), 3);
  return [
    {
      kernel: "convolve",
      what,
      inputs: [x, w],
      call: ({ fused }, [image, weight]) => present(fused.convolve)(image, weight, out, window),
      ...sumBound(channels * area),
    },
    {
      kernel: "convolveInput",
      what,
      inputs: [g, w],
      call: ({ fused }, [gradient, weight]) => present(fused.convolveInput)(gradient, weight, out, window),
      ...sumBound(out * area),
    },
    {
      kernel: "convolveWeight",
      what,
      inputs: [x, g],
      call: ({ fused }, [image, gradient]) => present(fused.convolveWeight)(image, gradient, out, window),
      ...sumBound(batch * outHeight * outWidth),
    },
  ];
});

/** Pooling windows: each meets its image. */
const pools: WindowSizes[] = [
  windowOf([1, 1, 1, 1], [1, 1], [1, 1], [0, 0], [1, 1]),
  ...[28, 14, 7, 5].map((side) => windowOf([2, 3, side, side], [2, 2], [2, 2], [0, 0], [1, 1])),
  windowOf([3, 2, 15, 15], [3, 3], [2, 2], [0, 0], [1, 1]),
  windowOf([2, 3, 5, 7], [3, 3], [2, 2], [1, 1], [1, 1]),
  windowOf([1, 2, 17, 5], [3, 2], [2, 1], [0, 1], [1, 1]),
  windowOf([2, 1, 17, 17], [5, 3], [2, 3], [2, 1], [2, 1]),
  windowOf([1, 1, 65, 63], [3, 3], [1, 2], [1, 1], [1, 3]),
  windowOf([1, 2, 13, 11], [3, 5], [1, 4], [1, 2], [1, 1]),
  windowOf([2, 2, 8, 3], [2, 3], [1, 1], [1, 1], [1, 1]),
  windowOf([1, 3, 7, 7], [7, 7], [7, 7], [0, 0], [1, 1]),
  windowOf([1, 1, 3, 1031], [2, 3], [1, 1], [1, 0], [1, 1]),
  windowOf([1, 2, 6, 6], [2, 2], [3, 3], [0, 0], [1, 1]),
  windowOf([0, 2, 5, 5], [2, 2], [2, 2], [0, 0], [1, 1]),
];

const poolCases: Case[] = pools.flatMap((window): Case[] => {
  const area = window.kernel[0] * window.kernel[1];
  const what = named(window);
  return [
    ...(["plain", "holes", "poles"] as const).flatMap((values): Case[] => {
      const inputs = [steps(pixelsIn(window), values)];
      return [
        {
          kernel: "maxPool2d",
          what: `${what} of ${values}`,
          inputs,
          call: ({ fused }, [x]) => present(fused.maxPool2d)(x, window).y,
          ...exact,
        },
        {
          kernel: "maxPool2d",
          what: `${what} of ${values}: places`,
          inputs,
          call: ({ fused }, [x]) => present(fused.maxPool2d)(x, window).places,
          ...exact,
        },
      ];
    }),
    ...[numbers(pixelsIn(window), 1), steps(pixelsIn(window), "holes")].map(
      (x): Case => ({
        kernel: "avgPool2d",
        what,
        inputs: [x],
        call: ({ fused }, [image]) => present(fused.avgPool2d)(image, window),
        ...sumBound(area),
      }),
    ),
    {
      kernel: "avgSpread",
      what,
      inputs: [numbers(pixelsOut(window), 1)],
      call: ({ fused }, [g]) => present(fused.avgSpread)(g, window),
      ...sumBound(1),
    },
  ];
});

const pickCases: Case[] = upAndDown.flatMap((m) =>
  [1, 5, 49].flatMap((n): Case[] => {
    const places = Float32Array.from({ length: 3 * m }, (_, i) => (i * i + 3 * i) % n);
    return [
      {
        kernel: "pick",
        what: `[3, ${m}] of [3, ${n}]`,
        inputs: [withSpecial(3 * n, 1), places],
        call: ({ fused }, [x, at]) => present(fused.pick)(x, at, 3, n, m),
        ...exact,
      },
      {
        kernel: "unpick",
        what: `[3, ${m}] into [3, ${n}]`,
        inputs: [numbers(3 * m, 1), places],
        call: ({ fused }, [x, at]) => present(fused.unpick)(x, at, 3, n, m),
        ...sumBound(m),
      },
    ];
  }),
);

const channelAxes: Axis[] = upAndDown
  .flatMap((n) => [
    { outer: 3, n, inner: 1 },
    { outer: n, n: 5, inner: 1 },
    { outer: 2, n: 3, inner: n },
    { outer: n, n: 2, inner: 5 },
    { outer: 2, n, inner: 49 },
  ])
  .filter(({ outer, inner }) => outer * inner > 0);

const longAxes: Axis[] = [
  { outer: 512, n: 1, inner: 784 },
  { outer: 2, n: 1, inner: 200_000 },
  { outer: 400_000, n: 1, inner: 1 },
];

/** Numbers whose mean is 1000 times their spread, and numbers whose first twentieth lies 100 higher than the rest. */
const far = (count: number): Float32Array => numbers(count, 1).map((x) => x + 577);
const fallen = (count: number): Float32Array => numbers(count, 1).map((x, i) => (i < count / 20 ? x + 100 : x));

const momentCases: Case[] = [...channelAxes, ...longAxes].flatMap((axis) => {
  const count = axis.outer * axis.n * axis.inner;
  const short = { fallen: fallen(count), holes: steps(count, "holes"), poles: steps(count, "poles") };
  return Object.entries({ plain: numbers(count, 1), far: far(count), ...(longAxes.includes(axis) ? {} : short) }).map(
    ([kind, x]): Case => ({
      kernel: "channelMoments",
      what: `${kind} over [${axis.outer}, ${axis.n}, ${axis.inner}]`,
      inputs: [x],
      call: ({ fused }, [image]) => present(fused.channelMoments)(image, axis),
      ...{ tolerance: 1e-5, floor: 0.1 },
    }),
  );
});

const batchNormCases: Case[] = [...channelAxes, ...longAxes].flatMap((axis) => {
  const { outer, n, inner } = axis;
  const count = outer * n * inner;
  const [weight, bias, g] = [numbers(n, 2), numbers(n, 3), numbers(count, 4)];
  const spread = numbers(n, 5).map((x) => 0.5 + 0.4 * x);
  const given = [
    { kind: "plain", x: numbers(count, 1), mean: numbers(n, 6) },
    { kind: "far", x: far(count), mean: numbers(n, 6).map((x) => 577 + 0.1 * x) },
    { kind: "holes", x: steps(count, "holes"), mean: numbers(n, 6) },
  ];
  return given.slice(0, longAxes.includes(axis) ? 1 : 3).flatMap(({ kind, x, mean }): Case[] => {
    const what = `${kind} over [${outer}, ${n}, ${inner}]`;
    const moments = Float32Array.of(...mean, ...spread);
    return [
      {
        kernel: "batchNormalize",
        what,
        inputs: [x, weight, bias, moments],
        call: ({ fused }, [image, w, b, m]) => present(fused.batchNormalize)(image, w, b, m, axis, 1e-5),
        ...{ tolerance: 1e-5, floor: 0.1 },
      },
      {
        kernel: "batchNormalizeInput",
        what,
        inputs: [g, x, weight, moments],
        call: ({ fused }, [gradient, image, w, m]) =>
          present(fused.batchNormalizeInput)(gradient, image, w, m, axis, 1e-5),
        ...sumBound(1),
      },
      {
        kernel: "channelProducts",
        what,
        inputs: [g, x, moments],
        call: ({ fused }, [gradient, image, m]) => present(fused.channelProducts)(gradient, image, m, axis, 1e-5),
        ...sumBound(outer * inner),
      },
    ];
  });
});

function named({ batch, channels, height, width, kernel, stride, padding, dilation }: WindowSizes): string {
  const image = [batch, channels, height, width];
  return `[${kernel}] in [${image}] stride ${stride} padding ${padding} dilation ${dilation}`;
}

function present<F>(kernel: F | undefined): F {
  if (kernel === undefined) throw new Error("this device lacks a fused kernel that the suite checks");
  return kernel;
}

const cases: readonly Case[] = [
  ...mapCases,
  ...zipCases,
  ...reduceCases,
  ...matmulCases,
  ...copyCases,
  ...placeCases,
  ...concatCases,
  ...takeCases,
  ...windowCases,
  ...distanceCases,
  ...convolveCases,
  ...poolCases,
  ...pickCases,
  ...momentCases,
  ...batchNormCases,
];

/** The kernels that the suite checks. */
export const kernelNames: readonly string[] = [...new Set(cases.map(({ kernel }) => kernel))];
