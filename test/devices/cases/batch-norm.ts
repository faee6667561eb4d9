import type { Axis } from "../../../src/devices/sizes.ts";
import { type Case, present, sumBound, upAndDown } from "./case.ts";
import { numbers, steps } from "./numbers.ts";

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
  { outer: 3, n: 2, inner: 40_003 },
  { outer: 601, n: 131, inner: 1 },
  { outer: 2, n: 1, inner: 200_000 },
  { outer: 400_000, n: 1, inner: 1 },
];

/** Numbers whose mean is 1000 times their spread, and numbers whose first twentieth lies 100 higher than the rest. */
const far = (count: number): Float32Array => numbers(count, 1).map((x) => x + 577);
const fallen = (count: number): Float32Array => numbers(count, 1).map((x, i) => (i < count / 20 ? x + 100 : x));

export const momentCases: Case[] = [...channelAxes, ...longAxes].flatMap((axis) => {
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

export const batchNormCases: Case[] = [...channelAxes, ...longAxes].flatMap((axis) => {
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
    const moments = Float32Array.of(...mean, ...spread);
    const totals = numbers(2 * n, 7).map((total) => total * outer * inner);
    return [false, true].flatMap((relu): Case[] => {
      const [what, how] = [`${kind}${relu ? ", with relu," : ""} over [${outer}, ${n}, ${inner}]`, { eps: 1e-5, relu }];
      return [
        {
          ...{ kernel: "batchNormalize", what, inputs: [x, weight, bias, moments] },
          call: ({ fused }, [image, w, b, m]) => present(fused.batchNormalize)(image, w, b, m, axis, how),
          ...{ tolerance: 1e-5, floor: 0.1 },
        },
        {
          ...{ kernel: "batchNormalizeTotals", what, inputs: [g, x, weight, bias, moments] },
          call: ({ fused }, [gradient, image, w, b, m]) =>
            present(fused.batchNormalizeTotals)(gradient, image, w, b, m, axis, how),
          ...sumBound(outer * inner),
        },
        {
          ...{ kernel: "batchNormalizeInput", what, inputs: [g, x, weight, bias, moments, totals] },
          call: ({ fused }, [gradient, image, w, b, m, t]) =>
            present(fused.batchNormalizeInput)(gradient, image, w, b, m, t, axis, how),
          ...sumBound(1),
        },
      ];
    });
  });
});
