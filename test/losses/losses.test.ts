import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  alignLoss,
  alignUniformLoss,
  backward,
  checkGradients,
  contrastiveLoss,
  generator,
  mul,
  normalize,
  queueContrastiveLoss,
  queueUniformLoss,
  reference,
  setDefaultDevice,
  sum,
  type Tensor,
  tensor,
  uniformLoss,
  uniformLossAsPrinted,
  unitNormTolerance,
} from "../../src/index.ts";
import { Random } from "../../src/random.ts";
import { matchers, unitRows } from "../../src/testing.ts";
import { seed } from "../ops/chooser.ts";
import { crossPolytope, onSphere, polygon } from "./points.ts";

expect.extend(matchers);
const device = reference("float64");
const float32 = reference("float32");
setDefaultDevice(device);

/** Rows of a tensor as plain arrays. */
function rowsOf(x: Tensor): number[][] {
  const [n, d] = x.shape;
  const values = [...x.dataSync()];
  return Array.from({ length: n }, (_, i) => values.slice(i * d, (i + 1) * d));
}

const distance = (a: readonly number[], b: readonly number[]): number => Math.hypot(...a.map((v, k) => v - b[k]));
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((s, v, k) => s + v * b[k], 0);
const average = (values: readonly number[]): number => values.reduce((s, v) => s + v, 0) / values.length;
const logSum = (values: readonly number[]): number => Math.log(values.reduce((s, v) => s + Math.exp(v), 0));

/** −mean_i of the log of row i's softmax at its i-th entry, entries x_i·y_j / tau. */
function oneWay(x: number[][], y: number[][], tau: number): number {
  return average(x.map((a, i) => logSum(y.map((b) => dot(a, b) / tau)) - dot(a, y[i]) / tau));
}

/** exp(−t |a − b|²) of all pairs i < j. */
function potentials(x: number[][], t: number): number[] {
  return x.flatMap((a, i) => x.slice(i + 1).map((b) => Math.exp(-t * distance(a, b) ** 2)));
}

/** A pair of views and a queue, all of unit rows of one length. */
const views: fc.Arbitrary<[Tensor, Tensor, Tensor]> = fc
  .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 5 }))
  .chain(([n, d, k]) => fc.tuple(unitRows({ n, d }), unitRows({ n, d }), unitRows({ n: k, d })));

type Scalar = (x: Tensor, y: Tensor, queue: Tensor) => Tensor;

/** Each loss and the same in plain loops, as the paper writes it. */
const losses: readonly (readonly [string, Scalar, (x: number[][], y: number[][], queue: number[][]) => number])[] = [
  ["alignLoss", (x, y) => alignLoss(x, y), (x, y) => average(x.map((a, i) => distance(a, y[i]) ** 2))],
  [
    "alignLoss, alpha 0.5",
    (x, y) => alignLoss(x, y, { alpha: 0.5 }),
    (x, y) => average(x.map((a, i) => distance(a, y[i]) ** 0.5)),
  ],
  [
    "alignLoss, alpha 3",
    (x, y) => alignLoss(x, y, { alpha: 3 }),
    (x, y) => average(x.map((a, i) => distance(a, y[i]) ** 3)),
  ],
  ["uniformLoss", (x) => uniformLoss(x), (x) => Math.log(average(potentials(x, 2)))],
  ["uniformLoss, t 5", (x) => uniformLoss(x, { t: 5 }), (x) => Math.log(average(potentials(x, 5)))],
  ["uniformLossAsPrinted", (x) => uniformLossAsPrinted(x), (x) => Math.log(average(potentials(x, 2)))],
  [
    "alignUniformLoss",
    (x, y) => alignUniformLoss(x, y, { alignWeight: 0.75, uniformWeight: 0.5, alpha: 1, t: 3 }).loss,
    (x, y) =>
      0.75 * average(x.map((a, i) => distance(a, y[i]))) +
      (0.5 * (Math.log(average(potentials(x, 3))) + Math.log(average(potentials(y, 3))))) / 2,
  ],
  ["contrastiveLoss", (x, y) => contrastiveLoss(x, y), (x, y) => (oneWay(x, y, 0.5) + oneWay(y, x, 0.5)) / 2],
  [
    "contrastiveLoss, tau 0.07",
    (x, y) => contrastiveLoss(x, y, { tau: 0.07 }),
    (x, y) => (oneWay(x, y, 0.07) + oneWay(y, x, 0.07)) / 2,
  ],
  [
    "queueContrastiveLoss",
    (x, y, queue) => queueContrastiveLoss(x, y, queue),
    (x, y, queue) =>
      average(
        x.map(
          (q, i) => logSum([dot(q, y[i]), ...queue.map((k) => dot(q, k))].map((c) => c / 0.07)) - dot(q, y[i]) / 0.07,
        ),
      ),
  ],
  [
    "queueUniformLoss",
    (x, _, queue) => queueUniformLoss(x, queue),
    (x, _, queue) =>
      Math.log(
        average([...x.flatMap((q) => queue.map((k) => Math.exp(-3 * distance(q, k) ** 2))), ...potentials(x, 3)]),
      ),
  ],
  [
    "queueUniformLoss without the batch",
    (x, _, queue) => queueUniformLoss(x, queue, { intraBatch: false, t: 2 }),
    (x, _, queue) => Math.log(average(x.flatMap((q) => queue.map((k) => Math.exp(-2 * distance(q, k) ** 2))))),
  ],
];

describe.each(losses)("%s", (_, loss, loops) => {
  it("is what the paper's formula gives in plain loops", () => {
    fc.assert(
      fc.property(views, ([x, y, queue]) => {
        const value = loss(x, y, queue);
        expect(value.shape).toEqual([]);
        expect(value).toBeAllClose(loops(rowsOf(x), rowsOf(y), rowsOf(queue)), { rtol: 1e-12, atol: 1e-12 });
      }),
      { seed, numRuns: 200 },
    );
  });

  it("has right gradients of both orders, through normalize, on 200 random samples", async () => {
    const f: Scalar = (x, y, queue) => loss(normalize(x), normalize(y), normalize(queue));
    let proven = 0;
    await fc.assert(
      fc.asyncProperty(views, fc.noShrink(fc.nat()), async (tensors, from) => {
        // Off the sphere, so that the gradient through normalize has something to do.
        const scale = new Random(from);
        const inputs = tensors.map((x) => mul(x, 0.5 + scale.float()));
        for (const order of [1, 2] as const) {
          const report = await checkGradients(f, inputs, { order, seed: from });
          // Smaller than this it is no larger than the rounding of the logits inside.
          if (report.scale < 1e-6 || report.resolution > 1e-4) continue;
          expect(report, `order ${order}`).toMatchObject({ ok: true });
          proven++;
        }
      }),
      { seed, numRuns: 200 },
    );
    expect(proven).toBeGreaterThan(300);
  });

  it("does not depend on the order of the rows, nor on a rotation of the sphere", () => {
    fc.assert(
      fc.property(views, fc.noShrink(fc.nat()), ([x, y, queue], from) => {
        const order = generator(from).permutation(x.shape[0]);
        const before = loss(x, y, queue);
        expect(loss(x.take(order), y.take(order), queue)).toBeAllClose(before, { rtol: 1e-11, atol: 1e-11 });
        // A reflection in the plane at right angles to v turns every row alike.
        const v = normalize(generator(from).normal([1, x.shape[1]]));
        const turned = [x, y, queue].map((a) => a.sub(sum(a.mul(v), { dim: 1, keepdim: true }).mul(v).mul(2)));
        expect(loss(turned[0], turned[1], turned[2])).toBeAllClose(before, { rtol: 1e-11, atol: 1e-11 });
      }),
      { seed },
    );
  });
});

describe("the ends of the scale", () => {
  it("alignLoss is 0 for equal views and 2^alpha for opposite ones", () => {
    const x = polygon(6);
    expect(alignLoss(x, x).itemSync()).toBe(0);
    expect(alignLoss(x, x.neg(), { alpha: 3 }).itemSync()).toBeCloseTo(8, 12);
  });

  it.each([0.5, 1, 2, 3])("alignLoss has gradient 0, not NaN, where views are equal: alpha %d", (alpha) => {
    const x = polygon(3).withGrad();
    expect([
      ...(backward(alignLoss(x, polygon(3), { alpha }))
        .get(x)
        ?.dataSync() ?? [Number.NaN]),
    ]).toEqual(new Array(6).fill(0));
  });

  it.each([0.5, 1, 1.5, 2, 3])("and at second order too: alpha %d", (alpha) => {
    const x = polygon(3).withGrad();
    const first = backward(alignLoss(x, polygon(3), { alpha }), { createGraph: true }).get(x) as Tensor;
    const second = backward(sum(mul(first, first))).get(x);
    expect([...(second?.dataSync() ?? [])].map(Math.abs)).toEqual(new Array(6).fill(0));
  });

  it("uniformLoss is 0 when all points coincide, with gradient 0, and −4t for an antipodal pair", () => {
    const same = onSphere([
      [1, 2, 2],
      [1, 2, 2],
      [1, 2, 2],
    ]).withGrad();
    const loss = uniformLoss(same);
    expect(loss.itemSync()).toBeCloseTo(0, 14);
    expect([...(backward(loss).get(same)?.dataSync() ?? [Number.NaN])]).toEqual(new Array(9).fill(0));
    expect(uniformLoss(polygon(2), { t: 3 }).itemSync()).toBeCloseTo(-12, 12);
  });

  it("contrastiveLoss is log n when all features coincide", () => {
    const x = onSphere(Array.from({ length: 5 }, () => [3, 4]));
    expect(contrastiveLoss(x, x).itemSync()).toBeCloseTo(Math.log(5), 12);
  });

  it("alignUniformLoss names its parts, and its uniform part is a mean of logs, not the pooled batch", () => {
    const [x, y] = [
      polygon(4),
      onSphere([
        [1, 0],
        [1, 0.1],
        [1, 0.2],
        [1, 0.3],
      ]),
    ];
    const { loss, align, uniform } = alignUniformLoss(x, y, { alignWeight: 2, uniformWeight: 3 });
    expect(uniform.itemSync()).toBeCloseTo((uniformLoss(x).itemSync() + uniformLoss(y).itemSync()) / 2, 14);
    expect(align.itemSync()).toBeCloseTo(alignLoss(x, y).itemSync(), 14);
    expect(loss.itemSync()).toBeCloseTo(2 * align.itemSync() + 3 * uniform.itemSync(), 13);
    expect(Math.abs(uniformLoss(x.add(y.mul(0)), {}).itemSync() - uniform.itemSync())).toBeGreaterThan(0.1);
  });
});

describe("uniformLoss", () => {
  it("has the gradient −(2t/S) (diag(W1) − W) X", () => {
    fc.assert(
      fc.property(unitRows(), fc.constantFrom(0.5, 2, 8), (points, t) => {
        const x = points.withGrad();
        const rows = rowsOf(points);
        const w = rows.map((a, i) => rows.map((b, j) => (i === j ? 0 : Math.exp(-t * distance(a, b) ** 2))));
        const total = w.flat().reduce((s, a) => s + a, 0) / 2;
        const expected = rows.map((a, i) =>
          a.map((_, k) => (-2 * t * rows.reduce((s, b, j) => s + w[i][j] * (a[k] - b[k]), 0)) / total),
        );
        const g = backward(uniformLoss(x, { t })).get(x);
        expect(g).toBeAllClose(expected, { rtol: 1e-11, atol: 1e-11 });
      }),
      { seed, numRuns: 200 },
    );
  });

  it("stays finite, and so does its gradient, where the formula as printed underflows in float32", () => {
    const points = tensor([1, 0, -1, 0], { shape: [2, 2], device: float32, requiresGrad: true });
    const t = 30; // exp(−120) is below the smallest float32
    expect(uniformLossAsPrinted(points, { t }).itemSync()).toBe(Number.NEGATIVE_INFINITY);
    const loss = uniformLoss(points, { t });
    expect(loss.itemSync()).toBe(-120);
    expect(backward(loss).get(points)).toBeAllClose([
      [-120, 0],
      [120, 0],
    ]);
  });

  it("agrees with the formula as printed in float32 where that does not underflow", () => {
    const x = tensor(crossPolytope(4).dataSync(), { shape: [8, 4], device: float32 });
    expect(uniformLoss(x)).toBeAllClose(uniformLossAsPrinted(x), { rtol: 1e-6 });
  });
});

describe("features that are not of length 1", () => {
  const good = polygon(3);
  const bad = tensor([
    [1, 0],
    [2, 0],
    [0, 1],
  ]);
  const remedy =
    "The losses never normalise: pass normalize(x), end the encoder with L2Norm, or turn the check off with { checkNorm: false }";

  const calls: [string, () => unknown][] = [
    ["uniformLoss", () => uniformLoss(bad)],
    ["uniformLossAsPrinted", () => uniformLossAsPrinted(bad)],
    ["alignLoss: x", () => alignLoss(bad, good)],
    ["alignLoss: y", () => alignLoss(good, bad)],
    ["contrastiveLoss: x", () => contrastiveLoss(bad, good)],
    ["contrastiveLoss: y", () => contrastiveLoss(good, bad)],
    ["queueUniformLoss: q", () => queueUniformLoss(bad, good)],
    ["queueUniformLoss: queue", () => queueUniformLoss(good, bad)],
    ["queueContrastiveLoss: q", () => queueContrastiveLoss(bad, good, good)],
    ["queueContrastiveLoss: k", () => queueContrastiveLoss(good, bad, good)],
    ["queueContrastiveLoss: queue", () => queueContrastiveLoss(good, good, bad)],
  ];

  it.each(calls)("are refused by %s, which names the row, its length and what to do", (name, call) => {
    expect(call).toThrow(`${name}: row 1 of [3, 2] has length 2, needs length 1. ${remedy}`);
  });

  it("are refused by alignUniformLoss in either view", () => {
    expect(() => alignUniformLoss(bad, good)).toThrow(/x: row 1 of \[3, 2\] has length 2/);
    expect(() => alignUniformLoss(good, bad)).toThrow(/y: row 1 of \[3, 2\] has length 2/);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("are refused when a row holds %d", (value) => {
    expect(() =>
      uniformLoss(
        tensor([
          [1, 0],
          [0, 1],
          [value, 0],
        ]),
      ),
    ).toThrow("uniformLoss: row 2 of [3, 2] has a NaN or an infinity, needs length 1");
  });

  it("pass with { checkNorm: false }, and mean what the formula says", () => {
    expect(uniformLoss(bad, { checkNorm: false })).toBeAllClose(Math.log(average(potentials(rowsOf(bad), 2))), {
      rtol: 1e-12,
    });
    expect(alignLoss(bad, bad, { checkNorm: false }).itemSync()).toBe(0);
    expect(Number.isFinite(contrastiveLoss(bad, bad, { checkNorm: false }).itemSync())).toBe(true);
    expect(Number.isFinite(alignUniformLoss(bad, bad, { checkNorm: false }).loss.itemSync())).toBe(true);
    expect(Number.isFinite(queueUniformLoss(bad, bad, { checkNorm: false }).itemSync())).toBe(true);
    expect(Number.isFinite(queueContrastiveLoss(bad, bad, bad, { checkNorm: false }).itemSync())).toBe(true);
  });

  it("pass within the tolerance and not beyond it", () => {
    const off = (e: number): Tensor =>
      tensor([
        [1 + e, 0],
        [0, 1],
      ]);
    expect(() => uniformLoss(off(0.99 * unitNormTolerance))).not.toThrow();
    expect(() => uniformLoss(off(-0.99 * unitNormTolerance))).not.toThrow();
    expect(() => uniformLoss(off(1.01 * unitNormTolerance))).toThrow(/row 0/);
    expect(() => uniformLoss(off(-1.01 * unitNormTolerance))).toThrow(/row 0/);
  });

  it("are what normalize mends, in float32 and wide rows too", () => {
    const x = generator(0).normal([4, 10_000], { device: float32 });
    expect(() => uniformLoss(x)).toThrow(/row 0/);
    expect(Number.isFinite(uniformLoss(normalize(x)).itemSync())).toBe(true);
  });
});

describe("wrong calls", () => {
  const [x, y] = [polygon(3), polygon(4)];

  it.each<[string, () => unknown, string]>([
    [
      "shapes that differ",
      () => alignLoss(x, y),
      "alignLoss: x and y must both be [n, d] with n >= 1, got [3, 2] and [4, 2]",
    ],
    ["no rows", () => alignLoss(tensor([], { shape: [0, 2] }), tensor([], { shape: [0, 2] })), "got [0, 2] and [0, 2]"],
    ["alpha 0", () => alignLoss(x, x, { alpha: 0 }), "alignLoss: alpha must be > 0 and finite, got 0"],
    ["alpha NaN", () => alignLoss(x, x, { alpha: Number.NaN }), "alignLoss: alpha must be > 0 and finite, got NaN"],
    [
      "one point",
      () => uniformLoss(polygon(1)),
      "uniformLoss: needs features [n, d] with n >= 2, for a pair, got [1, 2]",
    ],
    [
      "a vector",
      () => uniformLoss(tensor([1, 0])),
      "uniformLoss: needs features [n, d] with n >= 2, for a pair, got [2]",
    ],
    ["t 0", () => uniformLoss(x, { t: 0 }), "uniformLoss: t must be > 0 and finite, got 0"],
    ["tau 0", () => contrastiveLoss(x, x, { tau: 0 }), "contrastiveLoss: tau must be > 0 and finite, got 0"],
    [
      "views that differ",
      () => contrastiveLoss(x, y),
      "x and y must both be [n, d] with n >= 1, got [3, 2] and [4, 2]",
    ],
    [
      "a queue of another width",
      () => queueUniformLoss(x, crossPolytope(3)),
      "queueUniformLoss: q must be [n, d] and queue [K, d], not empty, got [3, 2] and [6, 3]",
    ],
    [
      "an empty queue",
      () => queueContrastiveLoss(x, x, tensor([], { shape: [0, 2] })),
      "queueContrastiveLoss: q must be [n, d] and queue [K, d], not empty, got [3, 2] and [0, 2]",
    ],
    [
      "a misspelt option",
      () => uniformLoss(x, { temperature: 2 } as object),
      'uniformLoss: unknown option "temperature": it takes t, checkNorm',
    ],
    [
      "a misspelt weight",
      () => alignUniformLoss(x, x, { lambda: 2 } as object),
      'alignUniformLoss: unknown option "lambda": it takes alignWeight, uniformWeight, alpha, t, checkNorm',
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});
