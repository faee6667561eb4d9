import { describe, expect, test } from "vitest";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import type { Device } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { alignUniformLoss, type Parameter, type Tensor, tensor } from "../../src/index.ts";
import {
  Adam,
  type AdamOptions,
  AdamW,
  ema,
  type Module,
  type Optimizer,
  SGD,
  type SgdOptions,
  trainStep,
} from "../../src/nn/index.ts";
import { uniform } from "./counter.ts";
import { Faulty, faults, faultyRate } from "./faulty.ts";
import { fixture, type TrainingCase } from "./fixture.ts";
import { build } from "./layer.ts";
import { schedule } from "./schedule.ts";

/** Where each quantity's counters start, as in `training_runs.py`. */
const start = { weights: 0, batches: 1_000_000, shifts: 2_000_000, checksum: 3_000_000 };

/** Largest |difference| of a loss: float64 to 1e-8 shows every mistake in an optimizer, float32 only that nothing else breaks. */
const tolerances: readonly [Device, number][] = [
  [reference("float64"), 1e-8],
  [reference("float32"), 1e-3],
  [cpu, 1e-3],
];

const { cases } = fixture<TrainingCase>("training");

describe.each(tolerances)("30 training steps on $name follow PyTorch", (device, tolerance) => {
  test.each(cases)("$name", async (one) => {
    const { losses, model, average } = await train(one, device);
    expect(losses).toHaveLength(30);
    expect(furthest(losses, one.losses)).toBeLessThanOrEqual(tolerance);
    expect(Math.abs(checksum(model.parameters()) - one.checksum)).toBeLessThanOrEqual(tolerance);
    if (one.ema === undefined) return;
    expect(Math.abs(checksum(average.parameters()) - one.ema.parameters)).toBeLessThanOrEqual(tolerance);
    const buffers = average.namedBuffers().map(([, buffer]) => buffer);
    expect(Math.abs(checksum(buffers) - one.ema.buffers)).toBeLessThanOrEqual(tolerance);
  });
});

describe.each(["SGD", "Adam", "AdamW"] as const)("of a plain %s written anew", (kind) => {
  const runs = cases.filter(({ optimizer, schedule }) => optimizer === kind && !schedule);
  const off = async (one: TrainingCase, fault?: string): Promise<number> => {
    const { losses } = await train(one, reference("float64"), (parameters) => new Faulty(one, parameters, fault));
    return furthest(losses, one.losses);
  };

  test("the runs follow PyTorch too, so that what follows is due to the fault", async () => {
    for (const one of runs) expect(await off(one), one.name).toBeLessThanOrEqual(1e-8);
  });

  test.each(faults[kind])("some run leaves the path when %s", async (fault) => {
    const furthestOff = Math.max(...(await Promise.all(runs.map((one) => off(one, fault)))));
    expect(furthestOff).toBeGreaterThan(1e-6);
  });
});

describe("of schedules with a fault at will", () => {
  const runs = cases.filter((one) => one.schedule !== undefined);

  test.each(faults.schedules)("some run leaves the path when %s", async (fault) => {
    const off = async (one: TrainingCase): Promise<number> => {
      const { schedule: described, ...rest } = one;
      if (described === undefined) throw new Error(`${one.name} has no schedule`);
      const base = Number(one.options.lr);
      const rates = one.losses.map((_, k) => faultyRate(described, base, k, fault));
      const lrAt = Object.fromEntries(rates.map((rate, k) => [String(k), rate]));
      return furthest((await train({ ...rest, lrAt }, reference("float64"))).losses, one.losses);
    };
    expect(Math.max(...(await Promise.all(runs.map(off))))).toBeGreaterThan(1e-6);
  });
});

describe("the runs", () => {
  test("differ from each other, so that no option passes unread", () => {
    for (const [i, a] of cases.entries()) {
      for (const b of cases.slice(i + 1)) {
        const same = a.ema !== undefined || b.ema !== undefined; // the average only watches
        if (!same) expect(Math.abs(a.checksum - b.checksum), `${a.name} and ${b.name}`).toBeGreaterThan(1e-4);
      }
    }
  });

  test("are told apart: an optimizer with another option leaves the path", async () => {
    const plain = cases.find((one) => one.name === "SGD with momentum");
    if (plain === undefined) throw new Error("the run is gone: name another");
    const { losses } = await train({ ...plain, options: { ...plain.options, momentum: 0.9001 } }, reference("float64"));
    expect(furthest(losses, plain.losses)).toBeGreaterThan(1e-6);
  });
});

async function train(
  one: TrainingCase,
  device: Device,
  optimizerOf: (parameters: readonly Parameter[]) => Optimizer = (parameters) => make(one, parameters),
): Promise<{ losses: number[]; model: Module; average: Module }> {
  const [model, average] = [drawn(one, device), drawn(one, device)];
  const parameters = model.parameters();
  const optimizer = optimizerOf(parameters);
  const rates = one.schedule && schedule(one.schedule, optimizer);
  const step = trainStep(
    optimizer,
    (x: Tensor, y: Tensor) => alignUniformLoss(model.forward(x), model.forward(y)),
    one.clipNorm === undefined ? {} : { clipNorm: one.clipNorm },
  );
  const width = parameters[0].shape[1];
  const size = one.rows * width;
  const losses: number[] = [];
  for (let k = 0; k < one.losses.length; k++) {
    optimizer.lr = one.lrAt?.[k] ?? optimizer.lr;
    const x = uniform(start.batches + k * size, size, 1);
    const shift = uniform(start.shifts + k * size, size, 0.3);
    const shape = [one.rows, width];
    const views = [x, x.map((a, i) => a + shift[i])].map((values) => tensor(values, { shape, device }));
    losses.push(await (await step(views[0], views[1])).loss.item());
    rates?.step();
    if (one.ema) ema(average, model, one.ema.momentum);
  }
  return { losses, model, average };
}

function drawn({ model: description }: TrainingCase, device: Device): Module {
  const model = build(description, device);
  counted(model.parameters(), start.weights, 0.5, (p, values) => {
    p.value = tensor(values, { shape: p.shape, device });
  });
  return model;
}

function checksum(tensors: readonly Tensor[]): number {
  let total = 0;
  counted(tensors, start.checksum, 1, (x, factors) => {
    x.dataSync().forEach((w, i) => {
      total += w * factors[i];
    });
  });
  return total;
}

/** Visits each tensor with numbers from its own stretch of counters. */
function counted<T extends Tensor>(
  tensors: readonly T[],
  from: number,
  a: number,
  visit: (x: T, values: Float64Array) => void,
): void {
  let counter = from;
  for (const x of tensors) {
    visit(x, uniform(counter, x.size, a));
    counter += x.size;
  }
}

function make({ optimizer, options }: TrainingCase, parameters: readonly Parameter[]): Optimizer {
  switch (optimizer) {
    case "SGD":
      return new SGD(parameters, options as unknown as SgdOptions);
    case "Adam":
      return new Adam(parameters, options as AdamOptions);
    case "AdamW":
      return new AdamW(parameters, options as AdamOptions);
    default:
      throw new Error(`${optimizer}: a fixture names an optimizer that this spec cannot make`);
  }
}

function furthest(ours: readonly number[], theirs: readonly number[]): number {
  return Math.max(...ours.map((a, k) => Math.abs(a - theirs[k])));
}
