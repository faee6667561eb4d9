import { describe, expect, test } from "vitest";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import type { Device } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { generator } from "../../src/index.ts";
import { type BlockEncoder, smallAlexNet } from "../../src/models/index.ts";
import { uniform } from "./counter.ts";
import { distance, type EncoderRuns, lrOf, recipe, sgdOf, trainEncoder, withFaultyNorms } from "./encoder-run.ts";
import { Faulty } from "./faulty.ts";
import { type EncoderCase, fixture } from "./fixture.ts";

/** As in `small_alex_net_runs.py`. */
const runs: EncoderRuns = {
  start: { weights: 0, images: 110_000_000, shifts: 310_000_000, checksum: 400_000_000, features: 500_000_000 },
  scale: (fan) => Math.sqrt(3) * Math.max(0.02, 1 / Math.sqrt(fan)),
  draw: smooth,
};

const { cases } = fixture<EncoderCase>("small-alex-net");
const [least] = cases;
const devices = { float64: reference("float64"), float32: cpu };

/** Of a loss, and of a checksum relative to its size. */
const tolerances = { float64: 1e-8, float32: 1e-3 };

/** Runs by hand take minutes, and float64 at 64×64 two gigabytes. */
const byHand = Boolean(process.env.BY_HAND);
const by = (slow?: boolean): string => (slow ? " (BY_HAND=1)" : "");
const timeout = 1_200_000;

describe.each(["float32", "float64"] as const)("training by the recipe follows PyTorch in %s", (dtype) => {
  for (const one of cases.filter(({ dtypes }) => dtypes.includes(dtype))) {
    test.skipIf(one.byHand && !byHand)(`${one.name}${by(one.byHand)}`, { timeout }, async () => {
      const encoder = made(one, devices[dtype]);
      const shapes = Object.entries(encoder.stateDict()).map(([name, { shape }]) => [name, shape]);
      expect(shapes).toEqual(Object.entries(one.state));
      const off = distance(await trainEncoder(one, encoder, runs), one);
      if (one.byHand) console.log(`${dtype}, ${one.name}: apart by ${off.toExponential(1)}`);
      expect(off).toBeLessThanOrEqual(tolerances[dtype]);
    });
  }
});

describe("the run of the least images", () => {
  const off = async (dtype: keyof typeof devices, { norm, sgd }: { norm?: string; sgd?: string }): Promise<number> => {
    const encoder = made(least, devices[dtype]);
    const optimizer = { optimizer: "SGD", options: { lr: lrOf(least), ...recipe } };
    return distance(
      await trainEncoder(least, norm ? withFaultyNorms(encoder, least, norm) : encoder, runs, (parameters) =>
        sgd ? new Faulty(optimizer, parameters, sgd) : sgdOf(least, parameters),
      ),
      least,
    );
  };

  test("follows PyTorch with batch norms and SGD written anew too, so that what follows is due to the fault", async () => {
    expect(await off("float32", { norm: "none", sgd: "none" })).toBeLessThanOrEqual(tolerances.float32);
  });

  for (const [dtype, fault, slow] of [
    ["float32", { norm: "the running variance is biased" }, false],
    ["float32", { sgd: "the first buffer is damped" }, false],
    ["float64", { sgd: "decay has twice the rate" }, true],
  ] as const) {
    const [what] = Object.values(fault);
    test.skipIf(slow && !byHand)(`leaves the path in ${dtype} when ${what}${by(slow)}`, { timeout }, async () => {
      expect(await off(dtype, fault)).toBeGreaterThan(10 * tolerances[dtype]);
    });
  }
});

function made({ config }: EncoderCase, device: Device): BlockEncoder {
  return smallAlexNet({ generator: generator(0), device, ...config });
}

/** U(-a, a) on a grid of 4×4, and linearly between: noise would leave pictures alike to an encoder. */
function smooth(from: number, [n, channels, side]: readonly number[], a: number): Float64Array {
  const coarse = uniform(from, n * channels * 16, a);
  const out = new Float64Array(n * channels * side * side);
  const share = (at: number, k: number): number => Math.max(0, 1 - Math.abs(at * (3 / (side - 1)) - k));
  for (let i = 0; i < out.length; i++) {
    const [image, y, x] = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side];
    for (let k = 0; k < 16; k++) out[i] += share(y, k >> 2) * coarse[16 * image + k] * share(x, k & 3);
  }
  return out;
}
