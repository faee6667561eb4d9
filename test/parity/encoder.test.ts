import { describe, expect, test } from "vitest";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import type { Device } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { generator } from "../../src/index.ts";
import { type BlockEncoder, convEncoder } from "../../src/models/index.ts";
import { sizeOf } from "../../src/shape.ts";
import { uniform } from "./counter.ts";
import { distance, type EncoderRuns, trainEncoder, withFaultyNorms } from "./encoder-run.ts";
import { faults } from "./faulty.ts";
import { type EncoderCase, fixture } from "./fixture.ts";

/** As in `encoder_runs.py`. */
const runs: EncoderRuns = {
  start: { weights: 0, images: 13_000_000, shifts: 20_000_000, checksum: 30_000_000, features: 40_000_000 },
  scale: (fan) => 1 / Math.sqrt(fan),
  draw: (from, shape, a) => uniform(from, sizeOf(shape), a),
};

const { cases } = fixture<EncoderCase>("encoder");
const [, short] = cases;

describe.each([reference("float64"), reference("float32"), cpu])(
  "training by the recipe follows PyTorch on $name",
  (device) => {
    // Of a loss, and of a checksum relative to its size.
    const tolerance = device.dtype === "float64" ? 1e-8 : 1e-3;

    // In float32 the encoder of full size is for cpu, on which it is trained; reference would take half a minute.
    const slow = device.dtype === "float32" && device !== cpu;
    const ofDevice = ({ dtypes, config }: EncoderCase) => dtypes.includes(device.dtype) && !(slow && !config.imageSize);

    test.each(cases.filter(ofDevice))("$name", { timeout: 300_000 }, async (one) => {
      const encoder = made(one, device);
      const shapes = Object.entries(encoder.stateDict()).map(([name, { shape }]) => [name, shape]);
      expect(shapes).toEqual(Object.entries(one.state));
      const ours = await trainEncoder(one, encoder, runs);
      expect(ours.losses).toHaveLength(one === short ? 4 : 20);
      expect(distance(ours, one)).toBeLessThanOrEqual(tolerance);
    });
  },
);

describe("of a plain batch norm written anew, in the small encoder", () => {
  const device = reference("float64");
  const off = async (fault?: string): Promise<number> =>
    distance(await trainEncoder(short, withFaultyNorms(made(short, device), short, fault), runs), short);

  test("the run follows PyTorch too, so that what follows is due to the fault", async () => {
    expect(await off()).toBeLessThanOrEqual(1e-8);
  });

  test.each(faults.BatchNorm)("the run leaves the path when %s", async (fault) => {
    expect(await off(fault)).toBeGreaterThan(1e-6);
  });
});

function made({ config }: EncoderCase, device: Device): BlockEncoder {
  return convEncoder({ generator: generator(0), device, ...config });
}
