import { describe, expect, expectTypeOf, it } from "vitest";
import {
  exp,
  generator,
  mul,
  reference,
  setDefaultDevice,
  sum,
  type Tensor,
  tensor,
  unary,
  zeros,
} from "../../src/index.ts";
import { type Comparable, matchers } from "../../src/testing.ts";

expect.extend(matchers);
setDefaultDevice(reference("float64"));

/** What a failing expectation says. */
async function failure(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("nothing failed");
}

/** a² whose gradient is wrong by a factor. */
const wrong = unary("wrong", { f: (a) => a * a, vjp: (g, { x }) => mul(g, mul(2.5, x)), saves: ["x"] });

describe("toHaveCorrectGradients", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]).mul(0.1);

  it("accepts a right gradient, of first and second order", async () => {
    await expect(exp).toHaveCorrectGradients([x]);
    await expect((a: Tensor, b: Tensor) => sum(mul(exp(a), b))).toHaveCorrectGradients([x, tensor([1, 2, 3])], {
      order: 2,
      seed: 7,
    });
  });

  it("says of a wrong one which entry is furthest off, what both sides say, and the seed", async () => {
    const message = await failure(() =>
      expect((a: Tensor, b: Tensor) => mul(a, wrong(b))).toHaveCorrectGradients([x, x], { seed: 3 }),
    );
    expect(message).toMatch(
      /^expected correct gradients, but for input 1 at index \[\d, \d\] backward gives -?\d[\d.]* and finite differences -?\d[\d.]* \(error [\d.]+, order 1, tolerance 0.000001, seed 3\)$/,
    );
    const [, analytic, numeric] = message.match(/gives (\S+) and finite differences (\S+) /) ?? [];
    expect(Number(analytic) / Number(numeric)).toBeCloseTo(1.25, 4);
  });

  it("can be turned round with .not, which a right gradient fails", async () => {
    await expect(wrong).not.toHaveCorrectGradients([x]);
    expect(await failure(() => expect(exp).not.toHaveCorrectGradients([x]))).toMatch(
      /^expected wrong gradients, but backward and finite differences agree to \S+ \(order 1/,
    );
  });

  it("proves nothing where the gradient is 0 or drowns in rounding, and says so, under .not too", async () => {
    const flat = (a: Tensor): Tensor => mul(a, 0);
    expect(await failure(() => expect(flat).toHaveCorrectGradients([x]))).toMatch(
      /the gradient is 0 at these inputs \(order 1, tolerance 0.000001, seed 0\): nothing was proven/,
    );
    expect(await failure(() => expect(flat).not.toHaveCorrectGradients([x]))).toMatch(/nothing was proven/);
    const drowned = (a: Tensor): Tensor => mul(a, 1e-9).add(1e6);
    expect(await failure(() => expect(drowned).toHaveCorrectGradients([x]))).toMatch(/drowns in rounding/);
    expect(await failure(() => expect(exp).toHaveCorrectGradients([zeros([0])]))).toMatch(/nothing was proven/);
  });

  it("passes on what checkGradients refuses", async () => {
    const g = generator(0);
    expect(await failure(() => expect((a: Tensor) => mul(a, g.float())).toHaveCorrectGradients([x]))).toMatch(
      /f gave two results for the same inputs/,
    );
    expect(await failure(() => expect(exp).toHaveCorrectGradients([x], { orders: 2 } as object))).toMatch(
      /unknown option "orders"/,
    );
    expect(await failure(() => expect(x).toHaveCorrectGradients([x]))).toMatch(
      "expect() must hold a function of tensors, got object",
    );
  });
});

describe("toBeAllClose", () => {
  it.each<[string, unknown, Comparable]>([
    ["two tensors", tensor([1, 2]), tensor([1, 2 + 1e-6])],
    ["tensors of float32 and float64", tensor([1 / 3], { device: reference("float32") }), tensor([1 / 3])],
    ["a tensor and nested arrays", tensor([[1, 2]]), [[1, 2]]],
    ["a scalar tensor and a number", tensor(5), 5],
    [
      "a tensor of rank 2 and a typed array, which has no shape",
      tensor([
        [1, 2],
        [3, 4],
      ]),
      Float32Array.of(1, 2, 3, 4),
    ],
    ["typed arrays of two types", Int32Array.of(1, 2), Float64Array.of(1, 2)],
    ["numbers", 1, 1 + 1e-9],
    ["nested arrays", [[1], [2]], [[1], [2]]],
    ["nothing and nothing", tensor([]), []],
    ["NaN and NaN", [Number.NaN, 1], [Number.NaN, 1]],
    ["an infinity and itself", [Number.NEGATIVE_INFINITY], [Number.NEGATIVE_INFINITY]],
    ["0 and −0", [0], [-0]],
  ])("takes %s for close", async (_, a, b) => {
    expect(a).toBeAllClose(b);
    expect(await failure(() => expect(a).not.toBeAllClose(b))).toMatch(/^expected some of the \d entries to differ/);
  });

  it.each<[string, unknown, Comparable, RegExp]>([
    ["values", [1, 2, 3], [1, 2.1, 3], /1 of 3 differ; first at \[1\]: got 2, expected 2.1, difference 0.1$/],
    [
      "values, where the worst is not the first",
      tensor([
        [1, 2],
        [3, 4],
      ]),
      [
        [1.5, 2],
        [3, 8],
      ],
      /2 of 4 differ; first at \[0, 0\]: got 1, expected 1.5, difference 0.5; worst at \[1, 1\]: got 4, expected 8, difference 4$/,
    ],
    ["NaN and a number", [Number.NaN], [1], /first at \[0\]: got NaN, expected 1, difference NaN$/],
    ["a number and NaN", [1], [Number.NaN], /got 1, expected NaN/],
    ["NaN and infinity", [Number.NaN], [Number.POSITIVE_INFINITY], /got NaN, expected Infinity/],
    ["the two infinities", [Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY], /got Infinity, expected -Infinity/],
    ["an infinity and a large number", [Number.POSITIVE_INFINITY], [1e308], /got Infinity, expected 1e\+308/],
    ["a large number and an infinity", [1e308], [Number.POSITIVE_INFINITY], /got 1e\+308, expected Infinity/],
    ["shapes", tensor([[1, 2]]), tensor([1, 2]), /^expected shape \[2\], got \[1, 2\]$/],
    ["shapes of one size", [[1], [2]], [[1, 2]], /^expected shape \[1, 2\], got \[2, 1\]$/],
    ["counts", Float32Array.of(1, 2), tensor([1, 2, 3]), /^expected shape \[3\], got 2 numbers$/],
    ["one and many", 1, [1, 1], /^expected shape \[2\], got \[\]$/],
  ])("tells apart %s", async (_, a, b, message) => {
    expect(a).not.toBeAllClose(b);
    expect(await failure(() => expect(a).toBeAllClose(b))).toMatch(message);
  });

  it("allows atol + rtol |expected|, the expected side's size", async () => {
    expect(100).toBeAllClose(101, { rtol: 0.01, atol: 0 });
    expect(101.005).not.toBeAllClose(100, { rtol: 0.01, atol: 0 });
    expect(0.5).toBeAllClose(0, { rtol: 0, atol: 0.5 });
    expect(0.51).not.toBeAllClose(0, { rtol: 0, atol: 0.5 });
    expect(1 + 2e-5).not.toBeAllClose(1);
    expect(1e-7).not.toBeAllClose(0);
    expect(await failure(() => expect(2).toBeAllClose(1, { rtol: 0.5 }))).toContain("(rtol 0.5, atol 1e-8)");
  });

  it("with a tolerance of NaN finds nothing close but equal numbers", () => {
    expect(1.1).not.toBeAllClose(1, { rtol: Number.NaN });
  });

  it("refuses what holds no numbers, ragged arrays and unknown options", async () => {
    expect(await failure(() => expect("1").toBeAllClose(1))).toContain(
      "compares tensors, typed arrays, nested arrays and numbers, got string",
    );
    expect(await failure(() => expect([[1], [1, 2]]).toBeAllClose(1))).toContain("arrays must not be ragged");
    expect(await failure(() => expect(1).toBeAllClose(1, { tol: 1 } as object))).toContain('unknown option "tol"');
  });

  it("and toHaveCorrectGradients are typed", () => {
    expectTypeOf(expect(1).toBeAllClose).parameter(0).toEqualTypeOf<Comparable>();
    expectTypeOf(expect(exp).toHaveCorrectGradients).returns.toEqualTypeOf<Promise<void>>();
    // @ts-expect-error: inputs are tensors
    expect(() => matchers.toHaveCorrectGradients(exp, [1])).toBeTypeOf("function");
    // @ts-expect-error: nothing else can be compared
    expect(() => matchers.toBeAllClose(1, "1")).toThrow();
  });
});

describe("toBeUniform", () => {
  const spread = generator(1).normal([200, 8]);
  const crowded = spread.add(3);

  it("passes where uniformity is at most so far above its optimum", async () => {
    await expect(spread).toBeUniform({ gap: 0.05 });
    await expect(crowded).not.toBeUniform({ gap: 0.5 });
    await expect({ data: await spread.data(), dims: [200, 8] }).toBeUniform({ gap: 0.05, t: 1 });
    await expect(await spread.data()).toBeUniform({ gap: 0.05, dim: 8 });
  });

  it("says what it found", async () => {
    expect(await failure(() => expect(crowded).toBeUniform({ gap: 0.5 }))).toMatch(
      /^expected a gap of at most 0\.5, but uniformity is -[\d.]+ ± [\d.]+ over 200 rows; the optimum is -[\d.]+, so the gap is [\d.]+$/,
    );
    expect(await failure(() => expect(spread).not.toBeUniform({ gap: 1 }))).toMatch(/^expected a gap above 1, but/);
  });

  it("refuses what are no features, a bound that is none, and misspelt options", async () => {
    expect(await failure(() => expect([[0, 0], [1, 0]]).toBeUniform({ gap: 1 }))).toMatch(/row 0 of \[2, 2\] is all zeros/); // biome-ignore format: short
    expect(await failure(() => expect(spread).not.toBeUniform({ gap: Number.NaN }))).toMatch(/needs \{ gap \}/);
    const misspelt = { gap: 1, tt: 2 } as { gap: number };
    expect(await failure(() => expect(spread).toBeUniform(misspelt))).toMatch(/unknown option "tt"/);
  });
});

describe("toBeAligned", () => {
  const x = generator(1).normal([50, 4]);
  const near = x.add(generator(2).normal([50, 4], { std: 0.1 }));

  it("passes where alignment is at most that", async () => {
    await expect(x).toBeAligned(near, { alignment: 0.1 });
    await expect(x).not.toBeAligned(generator(3).normal([50, 4]), { alignment: 1 });
    await expect(x).toBeAligned(x, { alignment: 0, alpha: 1 });
  });

  it("says what it found", async () => {
    expect(await failure(() => expect(x).toBeAligned(x.neg(), { alignment: 0.1 }))).toMatch(
      /^expected an alignment of at most 0\.1, but it is 4 ± [\d.e-]+ over 50 pairs$/,
    );
    expect(await failure(() => expect(x).not.toBeAligned(x, { alignment: 0.1 }))).toMatch(
      /^expected an alignment above 0\.1/,
    );
  });

  it("refuses partners of another shape and a bound that is none", async () => {
    const partners = generator(3).normal([49, 4]);
    expect(await failure(() => expect(x).toBeAligned(partners, { alignment: 1 }))).toMatch(/needs two views \[n, d\]/);
    expect(await failure(() => expect(x).not.toBeAligned(near, { alignment: -1 }))).toMatch(/needs \{ alignment \}/);
  });
});
