import { describe, expect, test } from "vitest";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { FaultyMomentum, faultyMomentumLoss, lossFaults, momentumFaults } from "./faulty-momentum.ts";
import { fixture } from "./fixture.ts";
import { distance, type MomentumCase, started, train } from "./momentum.ts";

const { cases } = fixture<MomentumCase>("momentum");
const [small, ...resnets] = cases;
const roughly = resnets.filter(({ dtypes }) => dtypes.includes("float32"));
const exactly = resnets.filter(({ dtypes }) => dtypes.includes("float64"));
const minutes = 60_000;

test.each([
  ["float64", 1e-8],
  ["float32", 1e-3],
] as const)(
  "a small encoder, its momentum encoder and queue follow PyTorch for ten steps in %s",
  async (dtype, off) => {
    const ours = await train(small, started(small, reference(dtype)));
    expect(ours.losses).toHaveLength(10);
    expect(distance(ours, small)).toBeLessThanOrEqual(off);
  },
);

test.each([small, ...roughly])("$name follows PyTorch for ten steps on cpu", { timeout: 5 * minutes }, async (one) => {
  const moco = started(one, cpu);
  const shapes = Object.entries(moco.stateDict()).map(([name, { shape }]) => [name, shape]);
  expect(shapes).toEqual(Object.entries(one.state)); // in PyTorch's order too
  const ours = await train(one, moco);
  expect(ours.losses).toHaveLength(10);
  expect(distance(ours, one)).toBeLessThanOrEqual(1e-3);
});

// BY_HAND=1: each run takes minutes, as the reference device's loops are plain.
test.skipIf(!process.env.BY_HAND).each(exactly)(
  "$name follows PyTorch for ten steps in float64 (BY_HAND=1)",
  { timeout: 30 * minutes },
  async (one) => {
    const off = distance(await train(one, started(one, reference("float64"))), one);
    console.log(`${one.name}, float64: furthest off by ${off.toExponential(1)}`);
    expect(off).toBeLessThanOrEqual(1e-8);
  },
);

test.skipIf(!process.env.BY_HAND)("low as their rate is, the ResNets' steps can be told from none at all", async () => {
  const [one] = roughly;
  expect(distance(await train(one, started(one, cpu), { lr: 0 }), one)).toBeGreaterThan(3e-3);
});

describe("of a plain momentum encoder, queue and loss written anew", () => {
  const device = reference("float64");
  const off = async (fault?: string, one = small, on = device): Promise<number> => {
    const moco = new FaultyMomentum(one, started(one, on), fault);
    return distance(await train(one, moco, { loss: faultyMomentumLoss(fault) }), one);
  };

  test("the run follows PyTorch too, so that what follows is due to the fault", async () => {
    expect(await off()).toBeLessThanOrEqual(1e-8);
  });

  test.each([...momentumFaults, ...lossFaults])("the run leaves the path when %s", async (fault) => {
    expect(await off(fault)).toBeGreaterThan(1e-4);
  });

  test("and when the learning rate is a thousandth more", async () => {
    expect(distance(await train(small, started(small, device), { lr: small.lr * 1.001 }), small)).toBeGreaterThan(1e-6);
  });
});
