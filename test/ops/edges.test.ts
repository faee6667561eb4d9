import { describe, expect, it } from "vitest";
import {
  abs,
  addRelu,
  Buffer,
  backward,
  batchNorm,
  cdist,
  clamp,
  div,
  dropout,
  erf,
  generator,
  layerNorm,
  log,
  logSoftmax,
  logSumExp,
  max,
  maximum,
  maxPool2d,
  mean,
  min,
  minimum,
  norm,
  normalize,
  pdist,
  pow,
  reference,
  relu,
  setDefaultDevice,
  softmax,
  sqrt,
  squaredDistances,
  sum,
  type Tensor,
  tensor,
  variance,
  where,
  zeros,
} from "../../src/index.ts";
import { matchers } from "../../src/testing.ts";

expect.extend(matchers);
setDefaultDevice(reference("float64"));

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const exactly = { rtol: 0, atol: 0 };

type Values = number | number[] | number[][];

/** The gradients of the sum of f's entries, input by input. */
function gradients(f: (...xs: Tensor[]) => Tensor, ...inputs: Values[]): (Tensor | undefined)[] {
  const xs = inputs.map((values) => tensor(values, { requiresGrad: true }));
  const grads = backward(sum(f(...xs)));
  return xs.map((x) => grads.get(x));
}

/** Where a function has a kink, a tie or an infinite slope, its gradient is a convention: PyTorch's. */
describe("the gradient", () => {
  it.each<[string, (...xs: Tensor[]) => Tensor, Values[], Values[]]>([
    ["of relu at 0 is 0", (x) => relu(x), [[0, -0, 1, -1]], [[0, 0, 1, 0]]],
    [
      "of addRelu where the sum is 0 is 0",
      (a, b) => addRelu(a, b),
      [
        [1, -0, 2, nan, inf],
        [-1, 0, 1, 0, -inf],
      ],
      [
        [0, 0, 1, 1, 1],
        [0, 0, 1, 1, 1],
      ],
    ],
    ["of abs at 0 is 0", (x) => abs(x), [[0, 2, -2]], [[0, 1, -1]]],
    ["of sqrt at 0 is infinite", (x) => sqrt(x), [[0]], [[inf]]],
    [
      "of clamp is 1 on the edges and 0 outside",
      (x) => clamp(x, { min: -1, max: 1 }),
      [[-2, -1, 0, 1, 2]],
      [[0, 1, 1, 1, 0]],
    ],
    [
      "of maximum is shared at a tie",
      (a, b) => maximum(a, b),
      [
        [1, 2],
        [1, 0],
      ],
      [
        [0.5, 1],
        [0.5, 0],
      ],
    ],
    [
      "of minimum is shared at a tie",
      (a, b) => minimum(a, b),
      [
        [1, 2],
        [1, 0],
      ],
      [
        [0.5, 0],
        [0.5, 1],
      ],
    ],
    ["of max along a dimension goes to the first of a tie", (x) => max(x, { dim: 0 }), [[3, 5, 5]], [[0, 1, 0]]],
    ["of min along a dimension goes to the first of a tie", (x) => min(x, { dim: 0 }), [[5, 3, 3]], [[0, 1, 0]]],
    [
      "of max over everything is shared among ties",
      (x) => max(x),
      [
        [
          [5, 3],
          [5, 5],
        ],
      ],
      [
        [
          [1 / 3, 0],
          [1 / 3, 1 / 3],
        ],
      ],
    ],
    ["of min over a list of dimensions is shared too", (x) => min(x, { dim: [0] }), [[3, 3]], [[0.5, 0.5]]],
    ["of norm at 0 is 0", (x) => norm(x), [[0, 0]], [[0, 0]]],
    ["of a norm of another exponent at 0 is 0", (x) => norm(x, { p: 3 }), [[0, 0]], [[0, 0]]],
    ["of a norm with p < 1 is 0 in an entry that is 0", (x) => norm(x, { p: 0.5 }), [[0, 4]], [[0, 1]]],
    [
      "of pdist is 0 where the distance is",
      (x) => pdist(x),
      [
        [
          [1, 2],
          [1, 2],
        ],
      ],
      [
        [
          [0, 0],
          [0, 0],
        ],
      ],
    ],
    ["of cdist is 0 where the distance is", (x, y) => cdist(x, y), [[[1, 2]], [[1, 2]]], [[[0, 0]], [[0, 0]]]],
    ["of pow with exponent 0 is 0, at 0 too", (x) => pow(x, 0), [[0, 2]], [[0, 0]]],
    ["of pow with exponent 1 is 1, at 0 too", (x) => pow(x, 1), [[0, 2]], [[1, 1]]],
    ["of pow with exponent 2 at 0 is 0", (x) => pow(x, 2), [[0, -3]], [[0, -6]]],
    ["of pow with an exponent below 1 is infinite at 0", (x) => pow(x, 0.5), [[0, 4]], [[inf, 0.25]]],
    ["of pow in the exponent is 0 at base 0", (b) => pow(0, b), [[0, 2]], [[0, 0]]],
    ["of normalize at 0 is that of x / eps", (x) => normalize(x, { dim: 0, eps: 0.5 }), [[0, 0]], [[2, 2]]],
    ["of where does not see the side not chosen", (x) => where(tensor([1, 0]), x, log(x)), [[-1, 2]], [[1, 0.5]]],
    ["of logSumExp of minus infinities", (x) => logSumExp(x), [[-inf, 0]], [[0, 1]]],
  ])("%s", (_, f, inputs, expected) => {
    const found = gradients(f, ...inputs);
    found.forEach((g, i) => {
      expect(g).toBeAllClose(expected[i], { rtol: 1e-15, atol: 0 });
    });
  });

  it("of max pooling goes to the first of a tie, row by row", () => {
    const x = tensor([7, 7, 7, 7], { shape: [1, 1, 2, 2], requiresGrad: true });
    expect(backward(sum(maxPool2d(x, 2))).get(x)).toBeAllClose(Float64Array.of(1, 0, 0, 0), exactly);
  });
});

describe("a value at the edge", () => {
  it.each<[string, () => Tensor, Values]>([
    ["max of nothing but one NaN", () => max(tensor([1, nan, 3])), nan],
    [
      "max along a dimension with a NaN",
      () =>
        max(
          tensor([
            [1, nan],
            [5, 2],
          ]),
          { dim: 1 },
        ),
      [nan, 5],
    ],
    [
      "addRelu of NaN and infinities",
      () => addRelu(tensor([nan, 1, inf, inf, -inf]), tensor([1, nan, -inf, 1, 1])),
      [nan, nan, nan, inf, 0],
    ],
    ["relu of NaN", () => relu(tensor([nan])), [nan]],
    ["clamp of NaN", () => clamp(tensor([nan, 3]), { max: 1 }), [nan, 1]],
    ["maximum with a NaN on either side", () => maximum(tensor([nan, 1]), tensor([1, nan])), [nan, nan]],
    ["sum of nothing", () => sum(zeros([0])), 0],
    ["mean of nothing", () => mean(zeros([0])), nan],
    ["sum along an empty dimension", () => sum(zeros([2, 0]), { dim: 1 }), [0, 0]],
    ["0 to the power of 0", () => pow(tensor([0]), 0), [1]],
    ["1 to the power of NaN", () => pow(tensor([1]), nan), [1]],
    ["a division by 0", () => div(tensor([1, -1, 0]), 0), [inf, -inf, nan]],
    ["log of 0 and of a negative number", () => log(tensor([0, -1])), [-inf, nan]],
    ["logSumExp of large numbers", () => logSumExp(tensor([1000, 1000])), 1000 + Math.LN2],
    ["logSumExp of very small numbers", () => logSumExp(tensor([-1000, -1000])), -1000 + Math.LN2],
    ["logSumExp of minus infinities", () => logSumExp(tensor([-inf, -inf])), -inf],
    ["logSumExp with an infinity", () => logSumExp(tensor([inf, 0])), inf],
    ["softmax of large numbers", () => softmax(tensor([1000, 0]), { dim: 0 }), [1, 0]],
    ["logSoftmax where softmax underflows", () => logSoftmax(tensor([0, -1000]), { dim: 0 }), [0, -1000]],
    ["variance of one number, unbiased", () => variance(tensor([3])), nan],
    ["variance of one number, biased", () => variance(tensor([3]), { correction: 0 }), 0],
    ["normalize of 0", () => normalize(tensor([[0, 0]])), [[0, 0]]],
    ["norm with p = Infinity", () => norm(tensor([3, -4]), { p: inf }), 4],
    ["pdist of one point", () => pdist(tensor([[1, 2]])), []],
    ["pdist of no points", () => pdist(zeros([0, 2])), []],
    [
      "squared distances of equal points far from 0",
      () => squaredDistances(tensor([[1e8, 1]]), tensor([[1e8, 1]])),
      [[0]],
    ],
    ["erf far out", () => erf(tensor([-40, 0, 40, nan, inf])), [-1, 0, 1, nan, 1]],
    ["dropout with p = 0", () => dropout(tensor([1, 2]), 0, generator(0)), [1, 2]],
    ["dropout with p = 1", () => dropout(tensor([1, 2]), 1, generator(0)), [0, 0]],
  ])("%s", (_, make, expected) => {
    expect(make()).toBeAllClose(expected, { rtol: 1e-15, atol: 0 });
  });

  it("max pooling pads with minus infinity, so that padding never wins", () => {
    const x = tensor([-1, -2, -3, -4], { shape: [1, 1, 2, 2] });
    expect(maxPool2d(x, 2, { stride: 1, padding: 1 }).dataSync()).toBeAllClose([-1, -1, -2, -1, -1, -2, -3, -3, -4]);
  });

  it.each([
    [2, 3, 4, 5, 6],
    [6, 5, 4, 3, 2],
    [3, 1, 2, 4, 3],
    [1, 7, 1, 2, 1],
    [2, 0, 4, 1, 3],
    [0, 3, 2, 2, 1],
  ])("sums over dimensions that lie apart need no copy: [%i, %i, %i, %i, %i]", (...shape) => {
    const x = generator(0).normal(shape);
    const values = x.dataSync();
    for (const dims of [[0, 2, 4], [0, 2], [1, 4], [0, 1, 3], [0, 2, 3], [1, 2, 4], [0, 1, 3, 4], []]) {
      const kept = shape.map((n, d) => (dims.includes(d) ? 1 : n));
      const wanted = new Float64Array(kept.reduce((product, n) => product * n, 1));
      values.forEach((value, i) => {
        let [at, step, left] = [0, 1, i];
        for (let d = 4; d >= 0; d--) {
          at += dims.includes(d) ? 0 : step * (left % shape[d]);
          step *= kept[d];
          left = Math.floor(left / shape[d]);
        }
        wanted[at] += value;
      });
      const copies = x.device.ranOn().copy;
      expect(sum(x, { dim: dims }).dataSync()).toBeAllClose([...wanted], { rtol: 1e-13, atol: 1e-13 });
      expect(x.device.ranOn().copy).toBe(copies);
    }
  });

  it("erf to a few units in the last place", () => {
    // Abramowitz & Stegun, table 7.1, and Wolfram Alpha for the last three
    const known = [
      [0.1, 0.1124629160182849],
      [0.5, 0.5204998778130465],
      [1, 0.8427007929497149],
      [2, 0.9953222650189527],
      [3, 0.9999779095030014],
    ];
    for (const [x, y] of known) expect(erf(tensor(x))).toBeAllClose(y, { rtol: 1e-15, atol: 0 });
  });

  it("dropout keeps the mean: what stays is scaled up", () => {
    const kept = [...dropout(zeros([100_000]).add(1), 0.3, generator(1)).dataSync()];
    expect([...new Set(kept)].sort()).toEqual([0, 1 / 0.7]);
    expect(Math.abs(kept.reduce((s, a) => s + a, 0) / 100_000 - 1)).toBeLessThan(4 * Math.sqrt(0.3 / 0.7 / 100_000));
  });
});

describe("batchNorm", () => {
  const x = generator(3).normal([6, 2, 3]);
  const running = (): { runningMean: Buffer; runningVar: Buffer } => ({
    runningMean: new Buffer(tensor([1, -1])),
    runningVar: new Buffer(tensor([2, 0.5])),
  });

  it("in training moves the running values by the batch's mean and unbiased variance", () => {
    const buffers = running();
    const y = batchNorm(x, { ...buffers, training: true, momentum: 0.25 });
    expect(mean(y, { dim: [0, 2] })).toBeAllClose([0, 0], { atol: 1e-14 });
    const centre = mean(x, { dim: [0, 2] });
    expect(buffers.runningMean).toBeAllClose(centre.mul(0.25).add(tensor([0.75, -0.75])), { rtol: 1e-14 });
    const spread = variance(x, { dim: [0, 2] });
    expect(buffers.runningVar).toBeAllClose(spread.mul(0.25).add(tensor([1.5, 0.375])), { rtol: 1e-14 });
  });

  it("in evaluation uses the running values and leaves them alone, with right gradients", async () => {
    const buffers = running();
    const [weight, bias] = [tensor([2, 3]), tensor([-1, 1])];
    const f = (a: Tensor, w: Tensor, b: Tensor): Tensor => batchNorm(a, { ...buffers, weight: w, bias: b });
    const [row] = [f(x, weight, bias).dataSync()[0]];
    expect(row).toBeCloseTo(((x.dataSync()[0] - 1) / Math.sqrt(2 + 1e-5)) * 2 - 1, 13);
    expect(buffers.runningMean).toBeAllClose([1, -1], exactly);
    await expect(f).toHaveCorrectGradients([x, weight, bias]);
    await expect(f).toHaveCorrectGradients([x, weight, bias], { order: 2 });
  });

  it("and layerNorm are right without weight and bias", async () => {
    await expect((a: Tensor) => batchNorm(a, { training: true })).toHaveCorrectGradients([x]);
    await expect((a: Tensor) => layerNorm(a, [2, 3])).toHaveCorrectGradients([x]);
  });
});
