import { describe, expect, it } from "vitest";
import {
  alignUniformLoss,
  backward,
  convTranspose2d,
  defineOp,
  exp,
  fold,
  layerNorm,
  maximum,
  oneHot,
  reference,
  relu,
  scatterAdd,
  setDefaultDevice,
  softmax,
  sqrt,
  sum,
  type Tensor,
  tensor,
  uniformLoss,
  zeros,
} from "../../src/index.ts";

setDefaultDevice(reference("float64"));
const x = tensor([1, 2, 3]);

/** What a JavaScript user can write and a TypeScript user cannot. */
describe("calls that no type checker saw", () => {
  it.each<[string, () => unknown, string]>([
    ["a number for options", () => sum(x, 0 as never), "sum: options must be an object { dim, keepdim }, got 0"],
    [
      "no options where there must be some",
      () => softmax(x, undefined as never),
      "softmax: options must be an object { dim }, got undefined",
    ],
    ["an array for a tensor", () => exp([1] as never), "exp: needs a tensor, got object; tensor(values) makes one"],
    [
      "arrays for features",
      () => uniformLoss([[1, 0]] as never),
      "uniformLoss: features must be a tensor [n, d], got object",
    ],
    [
      "one array for a view",
      () => alignUniformLoss(tensor([[1, 0]]), [[1, 0]] as never),
      "features must be a tensor [n, d], got object",
    ],
    [
      "a misspelt option of backward",
      () => backward(x, { creategraph: true } as never),
      'backward: unknown option "creategraph"',
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe("sizes that cannot be", () => {
  it.each<[string, () => unknown, string]>([
    [
      "a result of negative size",
      () => convTranspose2d(zeros([1, 1, 1, 1]), zeros([1, 1, 1, 1]), { padding: 3 }),
      "convTranspose2d: the result's sizes must be whole numbers >= 1, got [-5, -5]",
    ],
    [
      "images of half a pixel",
      () => fold(zeros([1, 1, 1]), [1, 0.5], 1),
      "fold: size must be whole numbers >= 1, got [1, 0.5]",
    ],
    ["half a class", () => oneHot([0, 1], 2.5), "oneHot: classes: sizes must be whole numbers >= 0, got [2.5]"],
    ["half a place", () => scatterAdd(x, [0, 1, 1], 1.5), "scatterAdd: n: sizes must be whole numbers >= 0, got [1.5]"],
    [
      "a scale that would broadcast",
      () => layerNorm(zeros([2, 3]), [3], { weight: zeros([2, 1]) }),
      "layerNorm: weight is [2, 1], needs [3]",
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

it("a choice stops an infinite gradient: 0 where relu and maximum chose the other side, not NaN", () => {
  const at = tensor([-1], { requiresGrad: true });
  expect(
    backward(sum(sqrt(relu(at))))
      .get(at)
      ?.itemSync(),
  ).toBe(0);
  expect(
    backward(sum(sqrt(maximum(at, 0))))
      .get(at)
      ?.itemSync(),
  ).toBe(0);
});

it("an op with fewer vjps than inputs is refused: a gradient would be lost in silence", () => {
  const product = defineOp({
    name: "product",
    names: ["a", "b"],
    plan: (a: Tensor, b: Tensor) => ({ inputs: [a, b], shape: a.shape }),
    forward: ({ kernels }, [a, b]) => kernels.zip({ name: "mul", f: (p, q) => p * q }, a, [1], b, [1], [a.size]),
    vjp: [(g) => g],
  });
  expect(() => product(x, x)).toThrow("product: needs a vjp for each input, null where it has no gradient");
});

it("alignUniformLoss names itself when rows are not of length 1", () => {
  const [unit, long] = [
    tensor([
      [1, 0],
      [0, 1],
    ]),
    tensor([
      [1, 0],
      [0, 3],
    ]),
  ];
  expect(() => alignUniformLoss(unit, long)).toThrow("alignUniformLoss: y: row 1 of [2, 2] has length 3");
});

it("rows of zeros are told from rows that were never normalised", () => {
  expect(() => uniformLoss(zeros([2, 3]))).toThrow(/row 0 of \[2, 3\] is all zeros.*learning rate/);
});
