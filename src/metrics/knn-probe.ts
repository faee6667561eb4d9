import { scope } from "../autograd/scope.ts";
import { defaultDevice } from "../devices/default.ts";
import type { Device } from "../devices/device.ts";
import { gemm } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { Neighbours } from "./neighbours.ts";
import { type PointsInput, type PointsOptions, rowsOn } from "./points.ts";
import { type Probe, readProbe, scored } from "./probe.ts";
import { Turns } from "./turns.ts";

export interface KnnOptions extends Pick<PointsOptions, "dim"> {
  /** Neighbours that vote: 5 unless given. */
  k?: number;
  /** Where the cosines are computed, and with it their precision; the default device unless given. */
  device?: Device;
  /** Told after each tile of cosines how many of how many are done. */
  onProgress?: (done: number, total: number) => void;
}

export interface KnnProbe extends Probe {
  /** Neighbours that voted. */
  readonly k: number;
}

/** Train and test rows of a tile: its million cosines take 4 MB in float32, the same whatever the size of the sets. */
const tile = { known: 2048, asked: 512 } as const;

/**
 * Classifies each test row by the majority of its k nearest training rows by cosine. Of labels with equally many votes the
 * one with the nearest neighbour wins; of rows whose computed cosines are equal the earlier counts as nearer. Cosines are
 * computed by the device: in float32 rows whose cosines differ by less than about 1e-6 may count as equal or change places,
 * rows of one direction but different length among them. train: [n, d], test: [m, d].
 * Labels are whole numbers; arrays of int64, as `readNpy` gives them, will do.
 * Throws for different d, labels that do not match their rows or are no such numbers, no test rows, k outside 1..n, a
 * row of zeros.
 */
export async function knnProbe(
  train: PointsInput,
  trainLabels: ArrayLike<number | bigint>,
  test: PointsInput,
  testLabels: ArrayLike<number | bigint>,
  options: KnnOptions = {},
): Promise<KnnProbe> {
  const {
    k = 5,
    device = defaultDevice(),
    onProgress,
    dim,
  } = checkOptions("knnProbe", options, ["k", "device", "onProgress", "dim"]);
  const read = await readProbe("knnProbe", [train, trainLabels], [test, testLabels], { dim });
  const { known, asked, knownLabels, askedLabels } = read;
  if (!Number.isInteger(k) || k < 1 || k > known.n) {
    throw new RangeError(`knnProbe: k must be a whole number in 1..${known.n}, the number of train rows, got ${k}`);
  }
  const neighbours = new Neighbours(asked.n, k);
  const total = asked.n * known.n;
  let done = 0;
  const turns = new Turns();
  for (let left = 0; left < known.n; left += tile.known) {
    const candidates = rowsOn(device, known, left, tile.known); // made once for all test rows
    try {
      for (let top = 0; top < asked.n; top += tile.asked) {
        const cosines = scope(() => gemm(rowsOn(device, asked, top, tile.asked), candidates, { transposeB: true }));
        const values = await cosines.data();
        cosines.storage.free();
        neighbours.offer({ values, top, left, width: candidates.shape[0] });
        done += values.length;
        onProgress?.(done, total);
        await turns.give();
      }
    } finally {
      candidates.storage.free();
    }
  }
  const predictions = Array.from({ length: asked.n }, (_, i) => majority(neighbours.of(i), knownLabels));
  return { ...scored(predictions, askedLabels), k };
}

function majority(rows: Int32Array, labels: ArrayLike<number>): number {
  const votes = new Map<number, number>(); // in the order of each label's nearest row
  for (const row of rows) votes.set(labels[row], (votes.get(labels[row]) ?? 0) + 1);
  const most = Math.max(...votes.values());
  return [...votes].find(([, count]) => count === most)?.[0] ?? Number.NaN;
}
