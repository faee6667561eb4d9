import { describe, expect, it } from "vitest";
import { untrainedEncoder } from "../../src/cli/train/encoders.ts";
import { epochsOver } from "../../src/cli/train/epochs.ts";
import { cifar10 } from "../../src/cli/train/pictures/cifar10.ts";
import type { StepRecord } from "../../src/cli/train/task.ts";
import { CosineAnnealingLR, generator, MultiStepLR, reference, type Schedule, SGD, tensor } from "../../src/index.ts";
import { type KeptLessons, listed, noiseLessons } from "./lessons.ts";

const device = reference("float64");
const config = cifar10.settled({ seed: 5, epochs: 3, batchSize: 4, lr: 0.8, channels: [1], hidden: 1, featDim: 1 });

type Ruled = (optimizer: SGD) => Schedule;
const steps: Ruled = (optimizer) => new MultiStepLR(optimizer, { milestones: [1, 2], gamma: 0.5 });
const cosine: Ruled = (optimizer) => new CosineAnnealingLR(optimizer, { tMax: 3 });

/** Goes on after `done` steps over 11 pictures in batches of 4: the rate of each step, its record and what was planned. */
async function trained(
  schedule: Ruled,
  done: number,
): Promise<{ rates: number[]; numbers: number[]; records: StepRecord[]; lessons: KeptLessons }> {
  const lessons = noiseLessons(11, 2);
  const encoder = untrainedEncoder(config, lessons.shape, device);
  const optimizer = new SGD(encoder.parameters(), { lr: 0.8 });
  const [rates, numbers]: [number[], number[]] = [[], []];
  const run = epochsOver(lessons, config, {
    ...{ model: encoder, encoder, optimizer, schedule: schedule(optimizer) },
    update: async (_, number) => {
      rates.push(optimizer.lr);
      numbers.push(number);
      return { loss: tensor(number, { device }), tenfold: tensor(10 * number, { device }) };
    },
  });
  expect([run.steps, run.stepsPerEpoch]).toEqual([6, 2]);
  return { rates, numbers, records: await listed(run.train(done)), lessons };
}

describe("epochsOver", () => {
  const falling = [0.8, 0.8, 0.4, 0.4, 0.2, 0.2];
  const bent = [0, 0, 1, 1, 2, 2].map((k) => 0.4 * (1 + Math.cos((Math.PI * k) / 3)));

  it.each([0, 1, 2, 3, 5])("sets the rate by whole passes before each step, also after %i steps", async (done) => {
    expect((await trained(steps, done)).rates).toEqual(falling.slice(done));
    const { rates } = await trained(cosine, done);
    expect(rates).toHaveLength(6 - done);
    for (const [k, rate] of rates.entries()) expect(rate).toBeCloseTo(bent[done + k], 15);
  });

  it("numbers steps and passes from 1, and tells everything but the loss", async () => {
    const whole = [1, 1, 2, 2, 3, 3].map((epoch, i) => ({ epoch, step: i + 1, tenfold: 10 * (i + 1) }));
    for (const done of [0, 3]) {
      const { records, numbers } = await trained(steps, done);
      expect(records).toEqual(whole.slice(done));
      expect(numbers).toEqual(whole.slice(done).map(({ step }) => step));
    }
  });

  it("plans each pass in an order of its own seed and number, without the batch that is not full", async () => {
    const { lessons } = await trained(steps, 0);
    const order = (epoch: number): number[] => [
      ...generator(5).fork("order").fork(`epoch ${epoch}`).permutation(11).slice(0, 8),
    ];
    const batches = lessons.planned.map(({ indices }) => [...indices]);
    expect(batches.map(({ length }) => length)).toEqual([4, 4, 4, 4, 4, 4]);
    for (const epoch of [1, 2, 3]) {
      const shown = batches.slice(2 * epoch - 2, 2 * epoch).flat();
      expect(shown).toEqual(order(epoch));
      expect(new Set(shown).size).toBe(8);
    }
    for (const [i, step] of lessons.planned.entries()) {
      const own = generator(5)
        .fork("views")
        .fork(`step ${i + 1}`);
      expect(step.generator.getState()).toEqual(own.getState());
    }
    const later = (await trained(steps, 3)).lessons.planned.map(({ indices }) => [...indices]);
    expect(later).toEqual(batches.slice(3));
  });

  it("refuses fewer pictures than a batch", () => {
    const encoder = untrainedEncoder(config, [1, 2, 2], device);
    const optimizer = new SGD(encoder.parameters(), { lr: 0.8 });
    const learning = { model: encoder, encoder, optimizer, schedule: steps(optimizer), update: async () => ({ loss: tensor(0) }) }; // biome-ignore format: a line
    expect(() => epochsOver(noiseLessons(3, 2), config, learning)).toThrow("3 training pictures make no batch of 4");
  });
});
