import type { Device } from "../../devices/device.ts";
import { knnProbe, linearProbe } from "../../metrics/index.ts";
import type { Generator } from "../../ops/index.ts";
import type { Tell } from "../phases.ts";
import type { Features } from "./encode.ts";
import { rowsAt } from "./layout.ts";

/** Rows and the class of each. */
export interface Labelled {
  readonly features: Features;
  readonly labels: Int32Array;
}

/** Neighbours that vote. */
const neighbours = 5;

/**
 * Share of the asked rows named rightly by the majority of their five nearest known ones. Rows of zeros (a blank picture)
 * have no direction and no neighbours: asked, they count as wrong.
 */
export async function knnAccuracy(known: Labelled, asked: Labelled, device: Device, tell: Tell): Promise<number> {
  const [from, to] = [directed(known), directed(asked)];
  if (from.labels.length === 0 || to.labels.length === 0) return 0;
  const k = Math.min(neighbours, from.labels.length);
  const onProgress = (done: number, total: number): void => tell(done / total);
  const { correct } = await knnProbe(from.features, from.labels, to.features, to.labels, { k, device, onProgress });
  return correct / asked.labels.length;
}

/** How a linear probe learns: in this many passes, or as many as make so many steps. */
const [batchSize, leastEpochs, leastSteps] = [256, 10, 300];

/** Share of the asked rows named rightly by a linear classifier that learnt the known ones. */
export async function probeAccuracy(
  known: Labelled,
  asked: Labelled,
  options: {
    readonly classes: number;
    readonly lr: number;
    readonly generator: Generator;
    readonly device: Device;
  },
  tell: Tell,
): Promise<number> {
  const onProgress = (done: number, total: number): void => tell(done / total);
  const epochs = Math.max(leastEpochs, Math.ceil(leastSteps / Math.ceil(known.labels.length / batchSize)));
  const recipe = { ...options, epochs, batchSize, onProgress };
  const { accuracy } = await linearProbe(known.features, known.labels, asked.features, asked.labels, recipe);
  return accuracy;
}

/** The rows that are not zeros. */
function directed({ features: { data, shape }, labels }: Labelled): Labelled {
  const [n, d] = shape;
  const rows = Int32Array.from(labels.keys()).filter((i) => data.subarray(i * d, (i + 1) * d).some((x) => x !== 0));
  if (rows.length === n) return { features: { data, shape }, labels };
  return { features: rowsAt({ data, shape }, rows), labels: rows.map((row) => labels[row]) };
}
