import { defaultDevice } from "../devices/default.ts";
import type { Device } from "../devices/device.ts";
import { Adam, Linear, trainStep } from "../nn/index.ts";
import { crossEntropy, type Generator, take } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { named } from "./named.ts";
import { type Points, type PointsInput, type PointsOptions, rowsOn } from "./points.ts";
import { type Probe, readProbe, scored } from "./probe.ts";

export interface LinearProbeOptions extends Pick<PointsOptions, "dim"> {
  /** Draws the layer's initial weights, then an order of the training rows for each epoch. */
  generator: Generator;
  /** Passes over the training rows: 10 unless given. */
  epochs?: number;
  /** Rows in a step: 256 unless given. The last step of an epoch takes what is left. */
  batchSize?: number;
  /** Adam's learning rate: 1e-3 unless given. */
  lr?: number;
  /** Number of labels: one more than the largest there is unless given. */
  classes?: number;
  /** Whether to scale every row to length 1 first: no unless asked for. */
  normalize?: boolean;
  /** Where the layer is trained; the default device unless given. */
  device?: Device;
  /** Told after each step of training how many of how many are done. */
  onProgress?: (done: number, total: number) => void;
}

export interface LinearProbe extends Probe {
  /** Mean cross-entropy of the test rows, in nats. */
  readonly loss: number;
  /** Labels that could be predicted. */
  readonly classes: number;
}

/**
 * How well labels can be read off frozen features by one linear layer: Adam (default betas) lowers the cross-entropy of the
 * training rows, in an order drawn anew for each epoch; then the layer names the test rows, the first of equal logits
 * winning. train: [n, d], test: [m, d]; labels are whole numbers in 0..classes-1,
 * as numbers or as the int64 that `readNpy` gives.
 * Throws for different d, labels that do not match their rows or are no such numbers, no rows, a loss that is not finite.
 */
export async function linearProbe(
  train: PointsInput,
  trainLabels: ArrayLike<number | bigint>,
  test: PointsInput,
  testLabels: ArrayLike<number | bigint>,
  options: LinearProbeOptions,
): Promise<LinearProbe> {
  const names = [
    "generator",
    "epochs",
    "batchSize",
    "lr",
    "classes",
    "normalize",
    "device",
    "onProgress",
    "dim",
  ] as const;
  const checked = checkOptions("linearProbe", options, names);
  const { generator, normalize = false, device = defaultDevice(), dim } = checked;
  const reading = { dim, normalize };
  const read = await readProbe("linearProbe", [train, trainLabels], [test, testLabels], reading);
  const { known, asked, knownLabels, askedLabels } = read;
  if (known.n === 0) throw new RangeError(`linearProbe: needs train [n, d] with n >= 1, got [0, ${known.d}]`);
  const { epochs = 10, batchSize = 256, classes = classesIn(knownLabels, askedLabels) } = checked;
  for (const [name, value] of Object.entries({ epochs, batchSize, classes })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`linearProbe: ${name} must be a whole number >= 1, got ${value}`);
    }
  }
  const targets = checkedLabels("train", knownLabels, classes);
  const answers = checkedLabels("test", askedLabels, classes);
  const layer = new Linear(known.d, classes, { generator, device });
  await trainLayer(layer, known, targets, { ...checked, epochs, batchSize });
  const { predictions, loss } = await named(layer, asked, answers);
  if (!Number.isFinite(loss)) throw new RangeError(`linearProbe: the test loss is ${loss}. Is lr too large?`);
  return { ...scored(predictions, askedLabels), loss, classes };
}

type Training = Pick<LinearProbeOptions, "generator" | "lr" | "onProgress"> & { epochs: number; batchSize: number };

/** Trains the layer to name the rows. */
async function trainLayer(layer: Linear, rows: Points, targets: Int32Array, options: Training): Promise<void> {
  const { generator, lr, onProgress, epochs, batchSize } = options;
  const features = rowsOn(layer.weight.device, rows, 0, rows.n); // once: a step takes its rows on the device
  const step = trainStep(new Adam(layer.parameters(), { lr }), (batch: Int32Array) => {
    const logits = layer.forward(take(features, batch));
    const labels = batch.map((row) => targets[row]);
    return { loss: crossEntropy(logits, labels) };
  });
  const total = epochs * Math.ceil(rows.n / batchSize);
  try {
    for (let epoch = 0, done = 0; epoch < epochs; epoch++) {
      const order = generator.permutation(rows.n);
      for (let start = 0; start < rows.n; start += batchSize) {
        await step(order.subarray(start, start + batchSize));
        onProgress?.(++done, total);
      }
    }
  } finally {
    features.storage.free();
  }
}

/** One more than the largest label. */
function classesIn(...labels: readonly Float64Array[]): number {
  return labels.reduce((most, each) => each.reduce((a, b) => Math.max(a, b), most), 0) + 1;
}

function checkedLabels(what: string, labels: Float64Array, classes: number): Int32Array {
  const wrong = labels.findIndex((label) => label < 0 || label >= classes);
  if (wrong < 0) return Int32Array.from(labels);
  const found = `${what} label ${wrong} is ${labels[wrong]}`;
  throw new RangeError(`linearProbe: ${found}, needs a whole number in 0..${classes - 1}`);
}
