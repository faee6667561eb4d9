import { expect, it } from "vitest";
import { Phases } from "../../src/cli/phases.ts";
import { costs } from "../../src/cli/train/costs.ts";
import { untrainedEncoder } from "../../src/cli/train/encoders.ts";
import { evenly } from "../../src/cli/train/gallery.ts";
import { layoutOf, rowsAt } from "../../src/cli/train/layout.ts";
import { measure } from "../../src/cli/train/measure.ts";
import { mnistConfig } from "../../src/cli/train/mnist/config.ts";
import { digitGallery } from "../../src/cli/train/mnist/digits.ts";
import type { Mnist } from "../../src/data/index.ts";
import { labelledImages } from "../../src/data/labelled-images.ts";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import { alignment, uniformity } from "../../src/metrics/index.ts";
import { Random } from "../../src/random.ts";
import { tinyEncoder } from "./tiny.ts";

const silent = (): void => {};

it("layoutOf measures digits, first views, and both views of each", async () => {
  const data = new Float32Array(3 * 20 * 4);
  new Random(3).fillNormal(data);
  const [plain, x, y] = [0, 1, 2].map((part) => data.subarray(part * 80, (part + 1) * 80));
  const features = (part: Float32Array) => ({ data: part, shape: [20, 4] as const });
  const layout = await layoutOf(features(plain), [features(x), features(y)], { alpha: 1, t: 3 }, silent);
  expect(layout.alignment).toEqual(await alignment(x, y, { dim: 4, alpha: 1 }));
  expect(layout.uniformity).toEqual(await uniformity(plain, { dim: 4, t: 3 }));
  expect(layout.viewUniformity).toEqual(await uniformity(x, { dim: 4, t: 3 }));
  expect(layout.features).toEqual({ data: plain, shape: [20, 4] });
});

it("rowsAt picks rows in their order", () => {
  const features = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] as const };
  expect(rowsAt(features, Int32Array.of(2, 0, 2))).toEqual({ data: Float32Array.of(5, 6, 1, 2, 5, 6), shape: [3, 2] });
});

it("compares trained, untrained and pixels among the same evenly spaced 10,000 training digits", async () => {
  const [known, asked, size] = [11_000, 20, 784];
  const random = new Random(5);
  const patterns = Uint8Array.from({ length: 10 * size }, () => 255 * random.float());
  const digits = (labels: readonly number[], noise: (i: number) => number): Mnist => {
    const data = new Uint8Array(labels.length * size);
    labels.forEach((_, i) => {
      for (let p = 0; p < size; p++)
        data[i * size + p] = 0.7 * patterns[(i % 10) * size + p] + noise(i) * random.float();
    });
    return labelledImages("digits", { data, shape: [labels.length, 1, 28, 28] }, Uint8Array.from(labels));
  };
  // Those left out are the very digits asked for, under wrong labels: among all digits every answer is wrong.
  const taken = new Set(evenly(known, 10_000));
  const all = Array.from({ length: known }, (_, i) => i);
  const train = digits(
    all.map((i) => (taken.has(i) ? i : i + 1) % 10),
    (i) => (taken.has(i) ? 55 : 0),
  );
  const test = digits(
    all.slice(0, asked).map((i) => i % 10),
    () => 0,
  );
  const config = { ...mnistConfig, ...tinyEncoder };
  const gallery = digitGallery({ train, test }, config.views);
  const io = { stdout: { write: silent }, stderr: { isTTY: false, columns: 80, write: silent }, env: {} };
  const phases = new Phases({ ...io, signal: new AbortController().signal }, true, costs(gallery, config), "stopped");
  const found = await measure(untrainedEncoder(config, gallery.shape, cpu), gallery, config, cpu, phases);

  expect(found.yardstick).toBe(10_000);
  expect(found.trained.knn?.output).toBe(0);
  expect(found.trained.few?.knn).toBeGreaterThan(0.5);
  expect(found.untrained.few).toEqual(found.trained.few); // the same encoder, so the same neighbours and the same line
  expect(found.rawPixels).toEqual({ knn: 1, probe: 1 });
}, 60_000);
