import { describe, expect, test } from "vitest";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { gruFaults } from "./faulty-gru.ts";
import { fixture } from "./fixture.ts";
import {
  distance,
  type Otherwise,
  type QuickThoughtCase,
  quickThoughtFaults,
  started,
  train,
} from "./quick-thought.ts";

const { cases } = fixture<QuickThoughtCase>("quick-thought");
const exact = reference("float64");
const quick = cases.filter(({ lr }) => lr === 0.01); // at which mistakes show

describe.each([
  [exact, 1e-8],
  [reference("float32"), 1e-3],
  [cpu, 1e-3],
] as const)("twenty steps of QuickThought follow PyTorch on $name", (device, tolerance) => {
  test.each(cases)("$name", async (one) => {
    const model = started(device);
    const shapes = Object.entries(model.stateDict()).map(([name, { shape }]) => [name, shape]);
    expect(shapes).toEqual(Object.entries(one.state));
    const ours = await train(one, model);
    expect(ours.losses).toHaveLength(20);
    expect(distance(ours, one)).toBeLessThanOrEqual(tolerance);
  });
});

describe("of the quick runs", () => {
  const faulty = quick.flatMap((one) =>
    [...quickThoughtFaults[one.objective], ...quickThoughtFaults.both].map((fault) => ({ one, fault })),
  );

  test.each(faulty)("$one.name leaves the path when $fault", async ({ one, fault }) => {
    expect(await off(one, { fault })).toBeGreaterThan(1e-4);
  });
});

describe("of GRUs written anew, in the encoders", () => {
  /** What cannot be seen in the last states of one layer that starts from 0. */
  const unseen = ["gives its outputs in that order", "in the output", "initial states"];
  const seen = gruFaults.filter((fault) => !unseen.some((part) => fault.includes(part)));
  const [one] = quick;

  test("two steps follow PyTorch too, so that what follows is due to the fault", async () => {
    expect(await off(one, { anew: true, steps: 2 })).toBeLessThanOrEqual(1e-8);
  });

  test.each(seen)("the first step is another when %s", async (fault) => {
    expect(await off(one, { anew: true, fault, steps: 1 })).toBeGreaterThan(1e-3);
  });
});

describe("the runs", () => {
  test("are clipped at every step", () => {
    expect(cases.map(({ clipped }) => clipped)).toEqual([20, 20, 20, 20]);
  });

  test.each(cases)("are told apart: $name, at a rate a thousandth more, leaves the path", async (one) => {
    expect(distance(await train(one, started(exact), { lr: one.lr * 1.001 }), one)).toBeGreaterThan(1e-6);
  });
});

/** Furthest that one of the losses is off. */
async function off(one: QuickThoughtCase, otherwise: Otherwise): Promise<number> {
  const { losses } = await train(one, started(exact), otherwise);
  return Math.max(...losses.map((loss, k) => Math.abs(loss - one.losses[k])));
}
