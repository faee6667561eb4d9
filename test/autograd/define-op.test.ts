import { describe, expect, expectTypeOf, it } from "vitest";
import {
  backward,
  binary,
  type Definition,
  defineOp,
  mul,
  noGrad,
  type Op,
  Parameter,
  reference,
  SGD,
  setDefaultDevice,
  sum,
  type Tensor,
  tensor,
  trainStep,
  unary,
  type Vjp,
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

  it("tells its forward of which inputs a gradient is wanted", () => {
    const asked: (readonly boolean[])[] = [];
    const first: Op<[a: Tensor, b: Tensor, c: Tensor]> = defineOp({
      name: "first",
      names: ["a", "b", "c"],
      plan: (a: Tensor, b: Tensor, c: Tensor) => ({ inputs: [a, b, c], shape: a.shape }),
      forward(_, [a], { wanted }) {
        asked.push(wanted);
        return a;
      },
      vjp: [(g) => g, null, (g) => mul(g, 0)],
    });
    const [x, w] = [tensor([1]), tensor([1]).withGrad()];
    first(w, w, x); // the second has no gradient
    first(x, w, mul(w, 2));
    first(x, x, x);
    noGrad(() => first(w, w, w));
    expect(asked).toEqual([
      [true, false, false],
      [false, false, true],
      [false, false, false],
      [false, false, false],
    ]);
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

describe("what several vjps share", () => {
  let computed = 0;
  /** a b, both of whose gradients go through g². */
  const shy = defineOp({
    name: "shy",
    names: ["a", "b"],
    plan: (a: Tensor, b: Tensor) => ({ inputs: [a, b], shape: a.shape }),
    forward: ({ kernels }, [a, b], { shape }) => kernels.zip(times, a, [1], b, [1], shape),
    shared: {
      scaled: {
        of(g, { a }) {
          computed++;
          return mul(mul(g, g), a);
        },
        saves: ["a"],
      },
    },
    vjp: [(_, { scaled }) => scaled, (_, { scaled, b }) => mul(scaled, b)],
    saves: [["scaled"], ["scaled", "b"]],
  });
  const times = { name: "mul", f: (a: number, b: number) => a * b };
  const [a, b] = [tensor([2, 3]), tensor([5, 7])];

  it("is worked out once a backward, anew in the next, and not where it is not asked for", () => {
    computed = 0;
    const [x, y] = [a.withGrad(), b.withGrad()];
    const gradient = tensor([1, 10]);
    const z = shy(x, y);
    for (const passes of [1, 2]) {
      const grads = backward(z, { gradient });
      expect(grads.get(x)).toBeAllClose([2, 300]);
      expect(grads.get(y)).toBeAllClose([10, 2100]);
      expect(computed).toBe(passes);
    }
    expect(backward(shy(a, y), { gradient }).get(y)).toBeAllClose([10, 2100]);
    expect(computed).toBe(3);
    expect(shy(x, y).node?.saved.size).toBe(2); // a for what is shared, b
  });

  it("has gradients of its own where these are wanted", () => {
    const [x, y] = [a.withGrad(), b.withGrad()];
    const gradient = tensor([1, 10]);
    const dy = backward(shy(x, y), { gradient, createGraph: true }).get(y) as Tensor; // g² a b
    expect(backward(sum(dy)).get(x)).toBeAllClose([5, 700]);
    backward(shy(x, y), { gradient }); // the same g: nothing is left of the graph
    expect(backward(shy(x, y), { gradient }).get(y)?.requiresGrad).toBe(false);
  });

  it("lives as long as a node's vjps in a step that gives values back as it goes", async () => {
    const [w, v] = [new Parameter(a), new Parameter(b)];
    const step = trainStep(new SGD([w, v], { lr: 1 }), () => ({ loss: sum(shy(w, v)) }));
    await step();
    expect(w).toBeAllClose([0, 0]);
    expect(v).toBeAllClose([5 - 10, 7 - 21]);
  });

  it("reads nothing that it does not save", () => {
    const of: Vjp = (g, { a }) => mul(g, a);
    const op: typeof shy = defineOp({ ...shy.definition, name: "sly", shared: { scaled: { of, saves: [] } } });
    expect(() => backward(sum(op(a.withGrad(), b)))).toThrow('sly: scaled reads "a" but saves only []');
  });
});

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

  it("when it has neither a gradient nor a composition", () => {
    expect(() => copyOf({ vjp: undefined })).toThrow("defineOp: copyOf has neither a vjp nor a composition");
  });
});

describe("an op with a composition", () => {
  const twice = (kernel?: "pdist") => {
    const calls: string[] = [];
    const op = defineOp({
      name: "pdist", // a name that the device has a kernel for
      kernel,
      names: ["x"],
      plan: (x: Tensor) => ({ inputs: [x], shape: x.shape }),
      compose(x) {
        calls.push("compose");
        return mul(x, 2);
      },
      forward({ kernels }, [x]) {
        calls.push("forward");
        return kernels.zip({ name: "add", f: (a, b) => a + b }, x, [1], x, [1], [x.size]);
      },
    });
    return { calls, op };
  };

  it("is its composition unless it says which kernel it is, whatever its name", () => {
    const { calls, op } = twice();
    expect(op(tensor([1, 2])).dataSync()).toEqual(Float64Array.of(2, 4));
    expect(calls).toEqual(["compose"]);
  });

  it("and no vjp is its kernel where nothing is recorded, and its composition where a gradient is wanted", () => {
    const { calls, op } = twice("pdist");
    const x = tensor([1, 2], { requiresGrad: true });
    op(x.detach());
    noGrad(() => op(x));
    expect(calls).toEqual(["forward", "forward"]);
    expect(
      backward(sum(op(x)))
        .get(x)
        ?.dataSync(),
    ).toEqual(Float64Array.of(2, 2));
    expect(calls).toEqual(["forward", "forward", "compose"]);
  });
});
