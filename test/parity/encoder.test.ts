import { describe, expect, test } from "vitest";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import type { Device } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { alignUniformLoss, concat, generator, noGrad, slice, type Tensor, tensor } from "../../src/index.ts";
import { BlockEncoder, convEncoder } from "../../src/models/index.ts";
import { BatchNorm1d, BatchNorm2d, type Module, Sequential, SGD, trainStep } from "../../src/nn/index.ts";
import { uniform } from "./counter.ts";
import { FaultyBatchNorm, faults } from "./faulty.ts";
import { type EncoderCase, fixture } from "./fixture.ts";

/** Where each quantity's counters start, as in `encoder_runs.py`. */
const start = { weights: 0, images: 13_000_000, shifts: 20_000_000, checksum: 30_000_000, features: 40_000_000 };

const { cases } = fixture<EncoderCase>("encoder");
const [small, short] = cases;

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
      const ours = await train(one, encoder);
      expect(ours.losses).toHaveLength(one === short ? 4 : 20);
      expect(distance(ours, one)).toBeLessThanOrEqual(tolerance);
    });
  },
);

describe("of a plain batch norm written anew, in the small encoder", () => {
  const device = reference("float64");
  const off = async (fault?: string): Promise<number> =>
    distance(await train(short, withFault(made(short, device), fault)), short);

  test("the run follows PyTorch too, so that what follows is due to the fault", async () => {
    expect(await off()).toBeLessThanOrEqual(1e-8);
  });

  test.each(faults.BatchNorm)("the run leaves the path when %s", async (fault) => {
    expect(await off(fault)).toBeGreaterThan(1e-6);
  });
});

type Numbers = Pick<EncoderCase, "losses" | "parameters" | "buffers" | "features" | "fc7">;

/** Trains by the recipe, as `encoder_runs.py` does. */
async function train(one: EncoderCase, encoder: BlockEncoder): Promise<Numbers> {
  const device = encoder.parameters()[0].device;
  let counter = start.weights;
  for (const [name, p] of encoder.namedParameters()) {
    const fan = p.shape.slice(1).reduce((a, b) => a * b, 1);
    const about = p.shape.length === 1 && name.endsWith("weight") ? 1 : 0;
    const values = uniform(counter, p.size, p.shape.length > 1 ? 1 / Math.sqrt(fan) : 0.1);
    p.value = tensor(
      values.map((a) => a + about),
      { shape: p.shape, device },
    );
    counter += p.size;
  }
  const optimizer = new SGD(encoder.parameters(), { lr: (0.12 * one.images) / 256, momentum: 0.9, weightDecay: 1e-4 });
  const step = trainStep(optimizer, (x: Tensor, y: Tensor) => {
    const features = encoder.forward(concat([x, y]));
    return alignUniformLoss(slice(features, { end: one.images }), slice(features, { start: one.images }));
  });
  const { imageSize = 28, inChannels = 1 } = one.config;
  const shape = [one.images, Number(inChannels), Number(imageSize), Number(imageSize)];
  const size = shape.reduce((a, b) => a * b, 1);
  const losses: number[] = [];
  let x = tensor(0, { device });
  for (let k = 0; k < one.losses.length; k++) {
    const first = uniform(start.images + k * size, size, 1).map((a) => (a + 1) / 2);
    const shift = uniform(start.shifts + k * size, size, 0.3);
    x = tensor(first, { shape, device });
    const y = tensor(
      first.map((a, i) => a + shift[i]),
      { shape, device },
    );
    losses.push(await (await step(x, y)).loss.item());
  }
  encoder.eval();
  const [features, fc7] = noGrad(() => [encoder.forward(x), encoder.forward(x, { layerIndex: -2 })]);
  return {
    losses,
    parameters: await checksum(encoder.parameters(), start.checksum),
    buffers: await checksum(
      encoder.namedBuffers().map(([, buffer]) => buffer),
      start.checksum,
    ),
    features: await checksum([features], start.features),
    fc7: await checksum([fc7], start.features),
  };
}

/** Furthest that a loss is off, or a checksum relative to its size. */
function distance(ours: Numbers, theirs: Numbers): number {
  const sums = (["parameters", "buffers", "features", "fc7"] as const).map(
    (name) => Math.abs(ours[name] - theirs[name]) / (1 + Math.abs(theirs[name])),
  );
  return Math.max(...sums, ...theirs.losses.map((loss, k) => Math.abs(ours.losses[k] - loss)));
}

async function checksum(tensors: readonly Tensor[], from: number): Promise<number> {
  let total = 0;
  let counter = from;
  for (const x of tensors) {
    const factors = uniform(counter, x.size, 1);
    for (const [i, value] of (await x.data()).entries()) total += value * factors[i];
    counter += x.size;
  }
  return total;
}

function made({ config }: EncoderCase, device: Device): BlockEncoder {
  return convEncoder({ generator: generator(0), device, ...config });
}

/** The encoder with every batch norm replaced. */
function withFault({ blocks }: BlockEncoder, fault: string | undefined): BlockEncoder {
  const { imageSize, inChannels } = small.config;
  const replaced = (layer: Module): Module =>
    layer instanceof BatchNorm1d || layer instanceof BatchNorm2d
      ? new FaultyBatchNorm(layer.running_mean.size, { device: layer.running_mean.device }, fault)
      : layer;
  const layers = (block: Module): Module[] =>
    block instanceof Sequential ? Array.from(block as ArrayLike<Module>) : [block];
  const faulty = layers(blocks).map((block) => new Sequential(...layers(block).map(replaced)));
  const image = [Number(inChannels), Number(imageSize), Number(imageSize)] as const;
  return new BlockEncoder(new Sequential(...faulty), { name: "faulty", image });
}
