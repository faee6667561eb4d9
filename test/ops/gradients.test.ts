import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkGradients } from "../../src/autograd/check.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { Random } from "../../src/random.ts";
import { type Shape, show } from "../../src/shape.ts";
import { matchers } from "../../src/testing.ts";
import type { Testable } from "./all.ts";
import { fused, hasGradient, testables, without } from "./all.ts";
import { chooserOf, inputsOf, seed } from "./chooser.ts";
import type { Chooser } from "./samples/sample.ts";

expect.extend(matchers);

const samples = 200;
const differentiable = testables.filter(hasGradient);

describe.each(differentiable.map((t) => [t.name, t] as const))("%s", (_, testable) => {
  it(`has the gradient that finite differences see, and so has its gradient, on ${samples} random samples`, async () => {
    const tally = [1, 2].map((order) => ({ order, proven: 0, possible: 0 }));
    const property = fc.asyncProperty(fc.gen(), fc.noShrink(fc.nat()), async (g, from) => {
      const random = new Random(from);
      const sample = testable.sample(chooserOf(g));
      const xs = inputsOf(testable, sample, random);
      const y = sample.call(...xs);
      const possible = y.size > 0 && xs.some((x) => x.size > 0);
      for (const count of tally) {
        const order = count.order === 1 ? 1 : 2;
        const report = await checkGradients(sample.call, xs, { order, seed: random.bits() });
        if (report.worst) {
          const shapes = sample.inputs.map(show).join(", ");
          throw new Error(`order ${order}, inputs ${shapes}: ${JSON.stringify(report)}`);
        }
        if (possible) count.possible++;
        if (possible && report.ok && report.scale > 0) count.proven++;
      }
    });
    await fc.assert(property, { seed, numRuns: samples });
    for (const { order, proven, possible } of tally) {
      expect(possible, "samples that are not empty").toBeGreaterThan(samples / 4);
      expect(proven / possible, `share of order ${order} samples whose gradient was large enough`).toBeGreaterThan(0.5);
    }
  });

  it("has it at the corners too: scalars, empty and single-element tensors", async () => {
    for (const corner of corners) {
      for (const extreme of ["low", "high"] as const) {
        for (let pick = 0; pick < 6; pick++) {
          const sample = testable.sample(cornerChooser(corner, extreme, pick));
          const xs = inputsOf(testable, sample, new Random(pick));
          const report = await checkGradients(sample.call, xs, { seed: pick });
          expect(report, `${show(corner)}, inputs ${sample.inputs.map(show).join(", ")}`).toMatchObject({ ok: true });
        }
      }
    }
  });
});

it("is tried at a size of 1 or less wherever shapes allow", () => {
  const small = (t: Testable): boolean =>
    corners.some((corner) =>
      t.sample(cornerChooser(corner, "low", 0)).inputs.some((shape) => shape.length === 0 || shape.some((n) => n <= 1)),
    );
  const names = testables.filter((t) => !small(t)).map((t) => t.name.replace(" (composed)", ""));
  expect([...new Set(names)].sort()).toEqual(needTwo);
});

/** Statistics over fewer than two entries are constants, or undefined. */
const needTwo = [
  "crossEntropy",
  "crossEntropyInput",
  "logSoftmax",
  "normalize",
  "softmax",
  "unitRows",
  "unitRowsInput",
];

const corners: readonly Shape[] = [[], [0], [1], [0, 3], [1, 1]];

/** Chooses the corner wherever the op takes such a shape, else the smallest it takes; ends of every interval. */
function cornerChooser(corner: Shape, extreme: "low" | "high", pick: number): Chooser {
  return {
    int: (low, high) => (extreme === "low" ? low : Math.min(high, low + 3)),
    pick: (...values) => values[pick % values.length],
    shape: ([low, high] = [0, 4], smallest = 0) => {
      const fits = corner.length >= low && corner.length <= high && corner.every((n) => n >= smallest);
      return fits ? [...corner] : Array.from({ length: low }, () => smallest);
    },
    broadcastPair: () => (pick % 2 === 0 ? [[...corner], [...corner]] : [[], [...corner]]),
  };
}

describe.each(testables.filter((t) => !hasGradient(t)).map((t) => [t.name, t] as const))("%s", (_, testable) => {
  it("has no gradient: its result never requires one", () => {
    fc.assert(
      fc.property(fc.gen(), (g) => {
        const sample = testable.sample(chooserOf(g));
        const xs = inputsOf(testable, sample, new Random(0)).map((x) => x.withGrad());
        expect(sample.call(...xs).requiresGrad).toBe(false);
      }),
      { seed },
    );
  });
});

describe("wrong calls", () => {
  const wrong = testables.flatMap((t) => (t.errors ?? []).map((e, i) => [`${t.name}, error ${i}`, e] as const));

  it.each(wrong)("%s: says what was found and what is needed", (_, { inputs, call, message }) => {
    const xs = inputsOf({ name: "", sample: () => ({ inputs, call }) }, { inputs, call }, new Random(0));
    expect(() => call(...xs)).toThrow(message);
  });

  it("are on record for every op that takes options or more than one shape", () => {
    expect(wrong.length).toBeGreaterThan(60);
  });
});

it.each(fused.map((op) => [op.name, op] as const))("%s has both its paths checked", (_, testable) => {
  const sample = testable.sample(cornerChooser([3, 2], "high", 0));
  const xs = inputsOf(testable, sample, new Random(0));
  const { kernel = "none" } = testable;
  const launches = (): number => reference("float64").ranOn()[kernel] ?? 0;
  const before = launches();
  const together = sample.call(...xs);
  expect(launches(), "with the kernel").toBe(before + 1);
  const apart = without(kernel, () => sample.call(...xs));
  expect(launches(), "without it").toBe(before + 1);
  expect(together).toBeAllClose(apart, { rtol: 1e-14 });
});
