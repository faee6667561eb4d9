import { describe, expect, expectTypeOf, it } from "vitest";
import {
  backward,
  binary,
  type Definition,
  defineOp,
  mul,
  type Op,
  reference,
  setDefaultDevice,
  sum,
  type Tensor,
  tensor,
  unary,
} from "../../src/index.ts";
import { matchers } from "../../src/testing.ts";
import { sin } from "./ops.ts";

expect.extend(matchers);
setDefaultDevice(reference("float64"));

/** a b² */
const timesSquare = binary("timesSquare", {
  f: (a, b) => a * b * b,
  vjp: [(g, { b }) => mul(g, mul(b, b)), (g, { a, b }) => mul(mul(g, 2), mul(a, b))],
  saves: [["b"], ["a", "b"]],
});

describe("an op of one's own", () => {
  it("by unary: value, gradient and the gradient's gradient", async () => {
    const x = tensor([0.3, -1, 2]);
    expect(sin(x)).toBeAllClose([Math.sin(0.3), -Math.sin(1), Math.sin(2)], { rtol: 1e-15 });
    await expect(sin).toHaveCorrectGradients([x]);
    await expect(sin).toHaveCorrectGradients([x], { order: 2 });
  });

  it("by binary: broadcasts, takes numbers on either side, sums gradients back", async () => {
    const [a, b] = [tensor([[1], [2]]), tensor([3, 4, 5])];
    expect(timesSquare(a, b)).toBeAllClose([
      [9, 16, 25],
      [18, 32, 50],
    ]);
    expect(timesSquare(2, b)).toBeAllClose([18, 32, 50]);
    expect(timesSquare(b, 2)).toBeAllClose([12, 16, 20]);
    await expect(timesSquare).toHaveCorrectGradients([a, b]);
    await expect(timesSquare).toHaveCorrectGradients([a, b], { order: 2 });
  });

  it("by binary: refuses two numbers, and what is neither number nor tensor", () => {
    expect(() => timesSquare(1, 2)).toThrow(
      "timesSquare: at least one operand must be a tensor, got number and number",
    );
    expect(() => timesSquare(tensor([1]), "2" as unknown as number)).toThrow(
      "timesSquare: operand b must be a tensor or a number, got string",
    );
    expect(() => timesSquare(null as unknown as number, tensor([1]))).toThrow(
      "timesSquare: operand a must be a tensor or a number, got null",
    );
  });

  it("is typed by its arguments", () => {
    expectTypeOf(sin).toBeCallableWith(tensor([1]));
    expectTypeOf<Parameters<typeof sin>>().toEqualTypeOf<[x: Tensor]>();
    // @ts-expect-error: a unary op takes a tensor
    expect(() => sin(1)).toThrow();
  });
});

type CopyPlan = { inputs: Tensor[]; shape: number[] };

/** x itself, with what the definition is given instead. */
function copyOf(given: Partial<Definition<[Tensor], CopyPlan>>): Op<[Tensor]> {
  return defineOp<[Tensor], CopyPlan>({
    name: "copyOf",
    names: ["x"],
    plan: (x) => ({ inputs: [x], shape: [...x.shape] }),
    forward: (_, [x]) => x,
    vjp: [(g) => g],
    ...given,
  });
}

describe("a wrong definition is refused", () => {
  const x = tensor([1, 2], { requiresGrad: true });

  it("when a vjp reads what it does not save", () => {
    const op = copyOf({ vjp: [(g, { x }) => mul(g, x)] });
    expect(() => backward(sum(op(x)))).toThrow('copyOf: vjp 0 reads "x" but saves only []');
  });

  it("when a vjp reads what only another input's vjp saves", () => {
    const op = binary("greedy", {
      f: (a, b) => a + b,
      vjp: [(g, { a }) => mul(g, a), (g, { a }) => mul(g, a)],
      saves: [["a"], ["b"]],
    });
    expect(() => backward(sum(op(x, x)))).toThrow('greedy: vjp 1 reads "a" but saves only [b]');
  });

  it("when a gradient has not its input's shape", () => {
    const op = copyOf({ vjp: [(g) => sum(g)] });
    expect(() => backward(sum(op(x)))).toThrow("copyOf: the gradient of input 0 has shape [], the input [2]");
  });

  it("when forward makes another number of elements than the plan says", () => {
    const op = copyOf({ plan: (t) => ({ inputs: [t], shape: [3] }) });
    expect(() => op(x)).toThrow("copyOf: forward made 2 numbers for a result of shape [3]");
  });

  it("when an input is called y, the name of the output", () => {
    expect(() => copyOf({ names: ["y"] })).toThrow('defineOp: copyOf names an input "y", which is the output\'s name');
  });

  it("when it saves a name that is none", () => {
    const op = unary("typo", { f: (a) => a, vjp: (g) => g, saves: ["z" as "x"] });
    expect(() => op(x)).toThrow('typo: saves "z", which is no input, no extra and not y');
  });
});
