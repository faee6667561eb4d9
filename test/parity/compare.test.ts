import { describe, expect, test } from "vitest";
import { reference } from "../../src/devices/reference/reference.ts";
import { mismatch, tolerance } from "./compare.ts";
import { differences } from "./differences.ts";
import { type Case, fixture, type Written } from "./fixture.ts";
import { disagreements, run } from "./program.ts";

const change = 1e-6;
// Entries far below the largest of their array are held to that one's size: a change of 1e-6 is seen in those above this share of it.
const share = 1e-3;

describe("the comparison with PyTorch can fail", () => {
  test("every value and gradient that matters is caught when off by 1e-6", () => {
    const device = reference("float64");
    let tried = 0;
    for (const name of ["ops", "losses", "programs"]) {
      for (const one of fixture<Case>(name).cases.filter((c) => !(c.name in differences))) {
        const outcome = run(one, device);
        for (const { changed, what } of perturbed(one)) {
          tried++;
          expect(disagreements(changed, outcome), `${one.name}: ${what}`).not.toEqual([]);
        }
      }
    }
    expect(tried).toBeGreaterThan(5000);
  });

  test("NaN equals NaN alone, an infinity the one of its sign alone", () => {
    const [nan, up, down] = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const entries = [nan, up, down, 0, 1];
    const equal = entries.map((a) => entries.map((b) => mismatch("entry", [a, 1], [b, 1]) === undefined));
    expect(equal).toEqual(entries.map((_, i) => entries.map((_, j) => i === j)));
  });

  test("an infinite or huge neighbour widens nothing, and lengths must agree", () => {
    expect(mismatch("x", [Number.POSITIVE_INFINITY, 1.000001], [Number.POSITIVE_INFINITY, 1])).toMatch(/entry 1/);
    expect(mismatch("x", [1], [1, 2])).toMatch(/1 numbers, PyTorch has 2/);
    expect(mismatch("x", [], [])).toBeUndefined();
  });

  test("the bound is the tolerance", () => {
    expect(mismatch("x", [100 * (1 + 0.9 * tolerance)], [100])).toBeUndefined();
    expect(mismatch("x", [100 * (1 + 1.2 * tolerance)], [100])).toMatch(/entry 0/);
  });

  test("a gradient that is missing, or one too many, is caught", () => {
    const one = fixture<Case>("ops").cases.find(({ name }) => name === "mul: [2, 3] with [3]");
    if (one === undefined) throw new Error("the case is gone: name another");
    const outcome = run(one, reference("float64"));
    const [a, b] = outcome.grads;
    expect(disagreements(one, { ...outcome, grads: [a, undefined] })).toEqual([
      "gradient of input 1: there is none, PyTorch has one",
    ]);
    expect(disagreements({ ...one, grads: [one.grads[0], null] }, { ...outcome, grads: [a, b] })).toEqual([
      "gradient of input 1: there is one, PyTorch has none",
    ]);
  });
});

/** The case with one number of what PyTorch found changed by a millionth, for every number that is not tiny. */
function* perturbed(one: Case): Generator<{ changed: Case; what: string }> {
  for (const { data, what } of variants(one.value.data)) {
    yield { changed: { ...one, value: { ...one.value, data } }, what: `value ${what}` };
  }
  for (const [i, grad] of one.grads.entries()) {
    for (const { data, what } of variants(grad ?? [])) {
      yield { changed: { ...one, grads: one.grads.with(i, data) }, what: `gradient ${i} ${what}` };
    }
  }
  for (const [i, grad] of (one.penaltyGrads ?? []).entries()) {
    for (const { data, what } of variants(grad ?? [])) {
      yield { changed: { ...one, penaltyGrads: one.penaltyGrads?.with(i, data) }, what: `second order ${i} ${what}` };
    }
  }
}

function* variants(data: readonly Written[]): Generator<{ data: Written[]; what: string }> {
  const finite = data.map(Number).map((a) => (Number.isFinite(a) ? Math.abs(a) : 0));
  const least = Math.max(share * Math.max(...finite), 1e-6);
  for (const [i, a] of finite.entries()) {
    if (a >= least) yield { data: data.with(i, Number(data[i]) * (1 + change)), what: `entry ${i}` };
  }
}
