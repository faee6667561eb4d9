import { expect, it } from "vitest";
import { planned } from "../../src/cli/train/planned.ts";
import { generator } from "../../src/index.ts";

const passes = (stepsPerEpoch: number) => ({
  ...{ length: 11, batchSize: 4, stepsPerEpoch, epochs: 3 },
  orders: generator(1).fork("order"),
  views: generator(1).fork("views"),
});
const told = (stepsPerEpoch: number, done: number): unknown[] =>
  Array.from(planned(passes(stepsPerEpoch), done), ({ indices, generator }) => [[...indices], generator.getState()]);

it("a plan that goes on is the rest of the whole plan", () => {
  for (const steps of [2, 3]) {
    const whole = told(steps, 0);
    expect(whole).toHaveLength(3 * steps);
    for (let done = 0; done <= 3 * steps; done++) expect(told(steps, done)).toEqual(whole.slice(done));
  }
});

it("a pass shows each picture once, or leaves out a last batch that is not full, in an order of its own", () => {
  const batches = Array.from(planned(passes(3), 0), ({ indices }) => [...indices]);
  const orders = [0, 1, 2].map((epoch) => batches.slice(3 * epoch, 3 * epoch + 3).flat());
  for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(new Set(orders.map(String)).size).toBe(3);
  expect(batches.map(({ length }) => length)).toEqual([4, 4, 3, 4, 4, 3, 4, 4, 3]);
  const full = Array.from(planned(passes(2), 0), ({ indices }) => [...indices]);
  expect(full).toEqual(batches.filter(({ length }) => length === 4));
});
