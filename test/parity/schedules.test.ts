import { describe, expect, test } from "vitest";
import { Parameter, zeros } from "../../src/index.ts";
import { SGD } from "../../src/nn/index.ts";
import { faults, faultyRate } from "./faulty.ts";
import { fixture, type ScheduleCase } from "./fixture.ts";
import { schedule } from "./schedule.ts";

const { cases } = fixture<ScheduleCase>("schedules");

/** Largest |difference| of a rate: PyTorch goes from each rate to the next, and rounds on the way. */
const tolerance = 1e-12;

const furthest = (ours: readonly number[], theirs: readonly number[]): number =>
  Math.max(...theirs.map((rate, k) => Math.abs(rate - ours[k])));

const optimizer = (lr: number): SGD => new SGD([new Parameter(zeros([1]))], { lr });

describe.each(cases)("$name", (one) => {
  test("has PyTorch's 50 rates", () => {
    const sgd = optimizer(one.base);
    const made = schedule(one.schedule, sgd);
    const rates = [sgd.lr];
    for (let k = 1; k < one.rates.length; k++) {
      made.step();
      rates.push(sgd.lr);
    }
    expect(rates).toHaveLength(51);
    expect(furthest(rates, one.rates)).toBeLessThanOrEqual(tolerance);
  });

  test.each([0, 1, 7, 10, 23, 49])("goes on from its state after step %i, with a new optimizer", (until) => {
    const first = optimizer(one.base);
    const made = schedule(one.schedule, first);
    for (let k = 0; k < until; k++) made.step();
    const state = JSON.parse(JSON.stringify(made.stateDict()));

    const second = optimizer(first.lr); // made again from a checkpoint: its rate is no longer the base
    const resumed = schedule(one.schedule, second);
    resumed.loadStateDict(state);
    const rates = [second.lr];
    for (let k = until + 1; k < one.rates.length; k++) {
      resumed.step();
      rates.push(second.lr);
    }
    expect(furthest(rates, one.rates.slice(until))).toBeLessThanOrEqual(tolerance);
  });
});

describe("of the same formulas with a fault at will", () => {
  const off = ({ schedule, base, rates }: ScheduleCase, fault?: string): number =>
    furthest(
      rates.map((_, k) => faultyRate(schedule, base, k, fault)),
      rates,
    );

  test("all follow PyTorch without one", () => {
    for (const one of cases) expect(off(one), one.name).toBeLessThanOrEqual(tolerance);
  });

  test.each(faults.schedules)("some rate is off when %s", (fault) => {
    expect(Math.max(...cases.map((one) => off(one, fault)))).toBeGreaterThan(1e-4);
  });
});
