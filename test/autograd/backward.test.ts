import { describe, expect, it } from "vitest";
import {
  backward,
  grad,
  noGrad,
  Parameter,
  reference,
  setDefaultDevice,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from "../../src/index.ts";
import { add, div, exp, log, matmul, mul, relu, sin, square, sum } from "./ops.ts";

setDefaultDevice(reference("float64"));

const leaf = (values: number | number[] | number[][]): Tensor => tensor(values, { requiresGrad: true });

/** The gradient as plain numbers; fails the test where there is none. */
function numbers(g: Tensor | undefined): number[] {
  if (g === undefined) throw new Error("no gradient");
  return [...g.dataSync()];
}

describe("backward", () => {
  it("returns a gradient for each leaf, shaped like it", () => {
    const [w, x] = [
      leaf([
        [1, 2],
        [3, 4],
      ]),
      leaf([5, 6]),
    ];
    const grads = backward(sum(matmul(w, x)));
    expect(grads.get(w)?.shape).toEqual([2, 2]);
    expect(numbers(grads.get(w))).toEqual([5, 6, 5, 6]);
    expect(numbers(grads.get(x))).toEqual([4, 6]);
    expect(grads.values()).toHaveLength(2);
  });

  it("adds up over every use of a leaf", () => {
    const x = leaf([2, 3]);
    expect(numbers(backward(sum(add(mul(x, x), mul(x, 5)))).get(x))).toEqual([9, 11]);
    const y = leaf(3);
    expect(numbers(backward(add(y, y)).get(y))).toEqual([2]);
    expect(numbers(backward(y).get(y)), "of a leaf itself").toEqual([1]);
  });

  it("adds up over paths of different length that meet again", () => {
    const x = leaf(1.5);
    const a = mul(x, x);
    const b = mul(a, x); // x³
    expect(numbers(backward(add(mul(a, b), a)).get(x))[0]).toBeCloseTo(5 * 1.5 ** 4 + 3, 12);
  });

  it("walks a graph again and gives the same", () => {
    const x = leaf([0.5, 2]);
    const loss = sum(exp(mul(x, x)));
    const first = numbers(backward(loss).get(x));
    expect(numbers(backward(loss).get(x))).toEqual(first);
  });

  it("stores nothing on tensors: two losses of one leaf do not mix", () => {
    const x = leaf([1, 2]);
    const [one, two] = [backward(sum(mul(x, 2))), backward(sum(mul(x, 7)))];
    expect([numbers(one.get(x)), numbers(two.get(x))]).toEqual([
      [2, 2],
      [7, 7],
    ]);
    expect(Object.keys(x).filter((key) => /grad/i.test(key))).toEqual([]);
  });

  it("gives no gradient to what the loss does not reach, undefined rather than 0", () => {
    const [x, y, z] = [leaf(2), leaf(3), tensor(4)];
    const unused = mul(y, x);
    const grads = backward(mul(mul(x, x), z));
    expect(unused.requiresGrad).toBe(true);
    expect(grads.get(y), "an unused branch").toBeUndefined();
    expect(grads.get(z), "a constant").toBeUndefined();
    expect(numbers(grads.get(x))).toEqual([16]);
  });

  it("keeps the gradient of the used branch where another is thrown away", () => {
    const x = leaf([1, 2]);
    const kept = square(x);
    exp(kept);
    expect(numbers(backward(sum(kept)).get(x))).toEqual([2, 4]);
  });

  it("starts from { gradient } where the loss is no scalar", () => {
    const x = leaf([1, 2, 3]);
    const grads = backward(square(x), { gradient: tensor([1, 0, -1]) });
    expect(numbers(grads.get(x))).toEqual([2, 0, -6]);
  });

  it("takes any tensor with one element for a scalar", () => {
    const x = leaf([[3]]);
    expect(backward(square(x)).get(x)?.shape).toEqual([1, 1]);
  });

  it("walks 10,000 ops without recursion", () => {
    const x = leaf(1);
    let y = x;
    for (let i = 0; i < 10_000; i++) y = i % 2 === 0 ? mul(y, 1.0001) : add(y, 1e-6);
    expect(numbers(backward(y).get(x))[0]).toBeCloseTo(1.0001 ** 5000, 10);
  });

  it("walks each op once where the number of paths doubles with every op", () => {
    const x = leaf(1);
    let y = x;
    for (let i = 0; i < 60; i++) y = mul(add(y, y), 0.5);
    expect(numbers(backward(y).get(x))).toEqual([1]);
  });
});

describe("backward refuses", () => {
  it("a loss that is no scalar, and says how to go on", () => {
    expect(() => backward(square(leaf([1, 2])))).toThrow(
      "backward: needs a scalar, got shape [2]; reduce it (sum, mean) or pass { gradient } of that shape",
    );
  });

  it("a gradient of another shape, showing both", () => {
    expect(() => backward(square(leaf([1, 2])), { gradient: tensor([1, 2, 3]) })).toThrow(
      "backward: gradient has shape [3], the tensor [2]",
    );
  });

  it("a tensor that depends on no leaf", () => {
    expect(() => backward(tensor(1))).toThrow(/depends on none that requires a gradient/);
    const made = noGrad(() => square(leaf(2)));
    expect(() => backward(made)).toThrow(/or was made in noGrad/);
  });

  it("inputs on two devices, naming both", () => {
    const a = tensor([1]);
    const b = tensor([1], { device: reference("float32") });
    expect(() => add(a, b)).toThrow(
      "add: inputs are on different devices, reference(float64) and reference(float32); move one (a model too): await x.to(device)",
    );
  });

  it("a saved value that was replaced since", () => {
    const w = new Parameter(tensor([1, 2]));
    const loss = sum(square(w));
    w.value = tensor([3, 4]);
    expect(() => backward(loss)).toThrow(
      'backward: square saved "x", a Parameter or Buffer whose value was replaced since; run the forward pass again',
    );
    expect(numbers(backward(sum(square(w))).get(w)), "a new forward pass is fine").toEqual([6, 8]);
  });

  it("no replaced value that the gradient does not read", () => {
    const w = new Parameter(tensor([1, 2]));
    const loss = sum(mul(w, 3));
    w.value = tensor([3, 4]);
    expect(numbers(backward(loss).get(w))).toEqual([3, 3]);
  });
});

describe("detach and noGrad", () => {
  it("detach cuts one path and leaves the other", () => {
    const x = leaf(3);
    expect(numbers(backward(mul(x, x.detach())).get(x))).toEqual([3]);
    expect(x.detach().requiresGrad).toBe(false);
  });

  it("noGrad records nothing inside and everything after", () => {
    const x = leaf(3);
    const inside = noGrad(() => square(x));
    expect([inside.requiresGrad, inside.itemSync(), square(x).requiresGrad]).toEqual([false, 9, true]);
  });

  it("noGrad puts recording back when its function throws, and nests", () => {
    const x = leaf(3);
    expect(() =>
      noGrad(() => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(square(x).requiresGrad).toBe(true);
    noGrad(() => {
      noGrad(() => square(x));
      expect(square(x).requiresGrad, "still off after the inner one").toBe(false);
    });
  });

  it("noGrad refuses an async function, and recording is on again", () => {
    expect(() => noGrad(async () => 1)).toThrow(
      "noGrad: the function must be synchronous, not return a promise; await outside of it",
    );
    expect(square(leaf(1)).requiresGrad).toBe(true);
  });

  it("the rejection of a refused async function is not left unhandled", async () => {
    const seen: unknown[] = [];
    const note = (reason: unknown): void => void seen.push(reason);
    process.on("unhandledRejection", note);
    expect(() => noGrad(() => Promise.reject(new Error("late")))).toThrow(/must be synchronous/);
    await new Promise((done) => setTimeout(done, 5));
    process.off("unhandledRejection", note);
    expect(seen).toEqual([]);
  });
});

describe("higher orders", () => {
  it("backward with createGraph gives gradients that have gradients", () => {
    const x = leaf([0.5, 1, 2]);
    const first = backward(sum(mul(square(x), x)), { createGraph: true }).get(x);
    if (first === undefined) throw new Error("no gradient");
    expect(first.requiresGrad).toBe(true);
    expect(numbers(first)).toEqual([0.75, 3, 12]);
    expect(numbers(backward(sum(first)).get(x))).toEqual([3, 6, 12]);
  });

  it("without createGraph a gradient is a constant", () => {
    const x = leaf(2);
    expect(backward(square(x)).get(x)?.requiresGrad).toBe(false);
  });

  it("grad nests: four derivatives of sin, each right", () => {
    const d =
      (f: (x: Tensor) => Tensor): ((x: Tensor) => Tensor) =>
      (x) =>
        grad(f)(x)[0];
    let f: (x: Tensor) => Tensor = sin;
    const expected = [Math.cos(0.7), -Math.sin(0.7), -Math.cos(0.7), Math.sin(0.7)];
    for (const value of expected) {
      f = d(f);
      expect(f(tensor(0.7)).itemSync()).toBeCloseTo(value, 13);
    }
  });

  it("grad nests to third order through exp, log and div", () => {
    const f = (x: Tensor): Tensor => div(exp(x), add(log(x), 2));
    const d3 = grad((x) => grad((y) => grad(f)(y)[0])(x)[0]);
    const h = 1e-3;
    const d2 = (x: number): number => grad((y) => grad(f)(y)[0])(tensor(x))[0].itemSync();
    expect(d3(tensor(1.3))[0].itemSync()).toBeCloseTo((d2(1.3 + h) - d2(1.3 - h)) / (2 * h), 4);
  });

  it("grad of several arguments: an unused one has gradient 0, of its shape", () => {
    const [gx, gy] = grad((x: Tensor, _y: Tensor) => sum(square(x)))(tensor([1, 2]), zeros([2, 3]));
    expect(numbers(gx)).toEqual([2, 4]);
    expect([gy.shape, numbers(gy)]).toEqual([
      [2, 3],
      [0, 0, 0, 0, 0, 0],
    ]);
  });

  it("grad tells apart two arguments that are one tensor", () => {
    const x = tensor([2]);
    const [ga, gb] = grad((a: Tensor, b: Tensor) => sum(mul(square(a), b)))(x, x);
    expect([numbers(ga), numbers(gb)]).toEqual([[8], [4]]);
    const y = leaf([2]);
    const [ha, hb] = grad((a: Tensor, b: Tensor) => sum(mul(square(a), b)))(y, y);
    expect([numbers(ha), numbers(hb)]).toEqual([[8], [4]]);
  });

  it("grad inside a larger graph: the outer gradient sees the inner one", () => {
    const x = leaf(3);
    const inner = grad((y) => mul(square(y), y))(x)[0]; // 3 x²
    expect(numbers(backward(mul(inner, x)).get(x))).toEqual([81]); // (3 x³)' = 9 x²
  });

  it("grad does not confuse its variable with one it closes over", () => {
    // d/dx [ x · d/dy (x + y) ] = d/dx [ x · 1 ] = 1 (Siskind & Pearlmutter's perturbation confusion)
    const outer = grad((x) => mul(x, grad((y) => add(x, y))(tensor(1))[0]));
    expect(outer(tensor(1))[0].itemSync()).toBe(1);
    // d/dx [ x · d/dy (x y) ] = d/dx [ x · x ] = 2x
    const product = grad((x) => mul(x, grad((y) => mul(x, y))(tensor(2))[0]));
    expect(product(tensor(5))[0].itemSync()).toBe(10);
  });

  it("valueAndGrad gives both, detached where nothing outside wants more", () => {
    const { value, grads } = valueAndGrad((x) => sum(square(x)))(tensor([1, 2]));
    expect([value.itemSync(), numbers(grads[0]), value.requiresGrad]).toEqual([5, [2, 4], false]);
  });

  it("grad of a function that closes over a Parameter can be a penalty on it", () => {
    const w = new Parameter(tensor([2, 3]));
    const slope = grad((x) => sum(mul(square(w), x)))(tensor([1, 1]))[0]; // w²
    expect(numbers(backward(sum(square(slope))).get(w))).toEqual([32, 108]); // 4 w³
    expect(valueAndGrad((x) => sum(mul(w, x)))(tensor([1, 1])).value.requiresGrad).toBe(true);
  });

  it("grad of a constant function is 0, so that a linear function has a second derivative", () => {
    expect(grad(() => tensor(1))(tensor([2, 3]))[0].dataSync()).toEqual(new Float64Array(2));
    const linear = grad((x) => sum(mul(x, 3)));
    expect(numbers(grad((x) => sum(linear(x)[0]))(tensor([1, 2]))[0])).toEqual([0, 0]);
  });

  it("grad inside noGrad refuses rather than answer 0", () => {
    expect(() => noGrad(() => grad((x) => square(x))(tensor(1)))).toThrow(/or was made in noGrad/);
  });

  it("relu has second derivative 0", () => {
    const first = grad((x) => sum(relu(x)));
    expect(numbers(grad((x) => sum(first(x)[0]))(tensor([1, -1]))[0])).toEqual([0, 0]);
  });
});

describe("Gradients", () => {
  it("map gives the same leaves with other gradients and leaves the first alone", () => {
    const [x, y] = [leaf([1, 2]), leaf(3)];
    const grads = backward(sum(mul(x, y)));
    const halved = grads.map((g) => mul(g, 0.5));
    expect([numbers(halved.get(x)), numbers(grads.get(x))]).toEqual([
      [1.5, 1.5],
      [3, 3],
    ]);
    expect(halved.values()).toHaveLength(2);
  });
});
