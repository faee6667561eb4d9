import { describe, expect, test } from "vitest";
import { reference } from "../../src/devices/reference/reference.ts";
import { differences } from "./differences.ts";
import { type Case, fixture, read } from "./fixture.ts";
import { disagreements, run } from "./program.ts";

const device = reference("float64");
const names = ["ops", "losses", "programs"];

describe.each(names)("%s have PyTorch's values and gradients", (name) => {
  test.each(fixture<Case>(name).cases)("$name", (one) => {
    expect(disagreements(one, run(one, device))).toEqual(differences[one.name]?.found ?? []);
  });
});

describe("the cases", () => {
  const all = names.flatMap((name) => fixture<Case>(name).cases);

  test("have names of their own, and every difference names one", () => {
    const known = all.map((one) => one.name);
    expect(known.filter((name, i) => known.indexOf(name) !== i)).toEqual([]);
    expect(Object.keys(differences).filter((name) => !known.includes(name))).toEqual([]);
  });

  test("are 200 random programs of 3 to 8 ops whose gradients are not 0", () => {
    const { cases } = fixture<Case>("programs");
    expect(cases).toHaveLength(200);
    for (const { name, steps, inputs, grads } of cases) {
      expect(steps.length, name).toBeGreaterThanOrEqual(3);
      expect(steps.length, name).toBeLessThanOrEqual(8);
      expect(inputs.length, name).toBeLessThanOrEqual(3);
      expect(Math.max(...grads.flatMap((g) => (g ? [...read(g)].map(Math.abs) : []))), name).toBeGreaterThan(1e-3);
    }
    const reached = cases.map(({ grads }) => grads.filter((g) => g !== null).length);
    expect(reached.filter((n) => n > 1).length).toBeGreaterThanOrEqual(100); // several inputs join
    expect(reached.filter((n, i) => n < cases[i].inputs.length).length).toBeGreaterThanOrEqual(50); // a branch is unused
  });

  test("go to the second order for at least ten programs and for the ops that curve", () => {
    const second = all.filter((one) => one.penalty !== undefined);
    expect(second.filter((one) => one.name.startsWith("program"))).toHaveLength(10);
    expect(new Set(second.map((one) => one.steps[0][0])).size).toBeGreaterThan(25);
  });

  test("record PyTorch's NaN or infinity where ours is finite on purpose", () => {
    const differing = all.filter((one) => one.pytorch !== undefined);
    expect(differing.map((one) => one.name)).toEqual([
      "alignLoss: alpha 0.5, a pair that coincides: gradient 0, not NaN",
      "alignLoss: alpha 0.9, a pair that coincides: gradient 0, not NaN",
      "uniformLoss: finite where the mean underflows",
    ]);
    for (const { name, pytorch, value, grads } of differing) {
      const theirs = [...(pytorch?.value ?? []), ...(pytorch?.grads ?? []).flatMap((g) => g ?? [])].map(Number);
      expect(theirs.every(Number.isFinite), name).toBe(false);
      expect([...value.data, ...grads.flatMap((g) => g ?? [])].map(Number).every(Number.isFinite), name).toBe(true);
    }
  });
});
