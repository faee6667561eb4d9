import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../src/autograd/tensor.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { backward, type Device, generator, keepWhere, where } from "../../src/index.ts";
import { Random } from "../../src/random.ts";
import { tensors } from "../../src/testing.ts";
import type { Testable } from "./all.ts";
import { testables } from "./all.ts";
import { chooserOf, inputsOf, seed, seededChooser } from "./chooser.ts";
import type { Sample } from "./samples/sample.ts";

const device: Device = reference("float64");

/** Linear in all inputs at once, once the constant term (a fill, a bias that is not an input) is taken off. */
const linear = [
  ...["accumulate", "add", "sub", "neg", "identity"],
  ...["expand", "sumTo", "sum", "mean", "avgPool2d", "dropout"],
  ...["copyView", "placeView", "reshape", "flatten", "squeeze", "unsqueeze", "permute", "transpose", "slice"],
  ...["concat", "stack", "pad", "take", "scatterAdd", "unfold", "fold"],
];

/** Linear in each input while the others stand still. */
const multilinear = ["mul", "gemm", "matmul", "conv2d", "convTranspose2d"];

function named(name: string): Testable {
  const found = testables.find((t) => t.name === name);
  if (found === undefined) throw new Error(`no op is called ${name}`);
  return found;
}

/** <a, b>, and the sum of |a b|, against which rounding is measured. */
function inner(a: Tensor, b: Tensor): [number, number] {
  const [x, y] = [a.dataSync(), b.dataSync()];
  let [sum, size] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    sum += x[i] * y[i];
    size += Math.abs(x[i] * y[i]);
  }
  return [sum, size];
}

/** |<A x, v> − <x, Aᵀ v>| over the size of the terms, for random v: A is f without its constant term, Aᵀ is its backward. */
function mismatch(f: (...xs: Tensor[]) => Tensor, xs: readonly Tensor[], from: number): number {
  const leaves = xs.map((x) => x.withGrad());
  const y = f(...leaves);
  const constant = f(...xs.map((x) => x.mul(0)));
  const v = generator(from).normal(y.shape, { device });
  const grads = y.node ? backward(y, { gradient: v }) : undefined;
  const [left, leftSize] = inner(y.sub(constant).detach(), v);
  const parts = leaves.map((x): [number, number] => {
    const g = grads?.get(x);
    return g ? inner(x, g) : [0, 0];
  });
  const right = parts.reduce((sum, [value]) => sum + value, 0);
  const size = parts.reduce((sum, [, part]) => sum + part, leftSize);
  return size === 0 ? 0 : Math.abs(left - right) / size;
}

const rounding = 1e-14;

function checkAll(testable: Testable, one: (sample: Sample, xs: Tensor[], from: number) => void): void {
  fc.assert(
    fc.property(fc.gen(), fc.noShrink(fc.nat()), (g, from) => {
      const sample = testable.sample(chooserOf(g));
      one(sample, inputsOf(testable, sample, new Random(from)), from);
    }),
    { seed, numRuns: 100 },
  );
}

describe("<A x, v> = <x, Aᵀ v> to rounding, where A is", () => {
  it.each(linear)("%s", (name) => {
    checkAll(named(name), (sample, xs, from) => {
      expect(mismatch(sample.call, xs, from)).toBeLessThan(rounding);
    });
  });

  it.each(multilinear)("%s, in each factor", (name) => {
    checkAll(named(name), (sample, xs, from) => {
      for (const index of [0, 1]) {
        const alone = (x: Tensor): Tensor => sample.call(...xs.map((other, i) => (i === index ? x : other)));
        expect(mismatch(alone, [xs[index]], from)).toBeLessThan(rounding);
      }
    });
  });
});

it("a choice by a condition that stands still is one of them", () => {
  fc.assert(
    fc.property(tensors({ device }), fc.nat(), (x, from) => {
      const c = x.greater(0);
      expect(mismatch((a) => keepWhere(c, a), [x], from)).toBeLessThan(rounding);
      expect(mismatch((a, b) => where(c, a, b), [x, x.mul(2)], from)).toBeLessThan(rounding);
    }),
    { seed },
  );
});

it("would not take a wrong transpose for the right one", () => {
  const random = new Random(5);
  const gemm = named("gemm");
  let caught = 0;
  for (let i = 0; i < 50; i++) {
    const sample = gemm.sample(seededChooser(random));
    const xs = inputsOf(gemm, sample, random);
    const wrong = (x: Tensor): Tensor => {
      const y = sample.call(x, xs[1]);
      // The gradient of the same product with another right factor.
      const other = sample.call(x, xs[1].mul(1 + 1e-9));
      return other.sub(other.detach()).add(y.detach());
    };
    if (mismatch(wrong, [xs[0]], i) > rounding) caught++;
  }
  expect(caught).toBeGreaterThan(25);
});
