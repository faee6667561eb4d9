import type { Images } from "../../data/index.ts";
import type { Device } from "../../devices/device.ts";
import type { BlockEncoder } from "../../models/index.ts";
import { generator } from "../../ops/index.ts";
import type { Phases } from "../phases.ts";
import type { MnistConfig } from "./config.ts";
import { type Part, yardstickDigits } from "./costs.ts";
import { evenly, labelsAt, picturesAt, type Split } from "./digits.ts";
import { type Encoded, encode, type Features } from "./encode.ts";
import { between, type Layout, layoutOf, rowsAt, rowsOf, testPictures } from "./layout.ts";
import { untrainedEncoder } from "./mnist.ts";
import { knnAccuracy, type Labelled, probeAccuracy } from "./probes.ts";

/** Shares of the test digits named rightly, in 0..1, from the features of two layers. */
export interface ByLayer {
  readonly fc7: number;
  readonly output: number;
}

/** What can be compared: the same five nearest of the same training digits, of whatever features. */
export interface Compared {
  /** Share of the test digits named rightly by the five nearest of `yardstickDigits` training digits, in 0..1. */
  readonly yardstickKnn: number;
}

/** What is measured of the trained encoder; `yardstickKnn` is of its output. */
export interface Measured extends Layout, Compared {
  /** By a linear classifier learnt on the features of all training digits. */
  readonly probes: ByLayer;
  /** By the five nearest of all training digits. */
  readonly knn: ByLayer;
}

/** What is measured of the encoder before training: less, so that it stays cheap; `yardstickKnn` is of its output. */
export interface Untrained extends Layout, Compared {}

export interface Measurement {
  readonly trained: Measured;
  readonly untrained: Untrained;
  /** Of the pixels themselves. */
  readonly rawPixels: Compared;
  /** Training digits, evenly spaced, among which each `yardstickKnn` finds neighbours. */
  readonly yardstickDigits: number;
}

/** Learning rates of the linear probes: rows of the output have length 1 and take larger steps. */
const probeRates: ByLayer = { fc7: 1e-3, output: 1e-2 };

/** Measures a trained encoder on digits it has not seen, beside the same encoder untrained and the pixels themselves. */
export async function measure(
  encoder: BlockEncoder,
  { train, test }: Split,
  config: MnistConfig,
  device: Device,
  phases: Phases<Part>,
): Promise<Measurement> {
  const [all, few] = [train.length, yardstickDigits(train)].map((count) => evenly(train.length, count));
  const [labels, fewLabels, answers] = [labelsAt(train, all), labelsAt(train, few), Int32Array.from(test.labels)];
  const pictures = testPictures(test, config);
  const digitsAt = (rows: Int32Array) => (start: number, end: number) => picturesAt(train, rows.subarray(start, end));
  const shown = (start: number, end: number): Images<Float32Array> => between(pictures, start, end);
  const asked = ({ data, shape: [n, d] }: Features): Labelled => ({
    features: { data: data.subarray(0, (n / 3) * d), shape: [n / 3, d] }, // the digits, without their views
    labels: answers,
  });

  const known = await phases.run("encoding training digits", (tell) =>
    encode(encoder, all.length, digitsAt(all), device, tell),
  );
  const met = await phases.run("encoding test digits", (tell) => encode(encoder, 3 * test.length, shown, device, tell));
  const layout = await phases.run("uniformity", (tell) => layoutOf(met.output, config, tell));
  const knn = (layer: keyof Encoded): Promise<number> =>
    phases.run(`5-NN, ${layer}`, (tell) =>
      knnAccuracy({ features: known[layer], labels }, asked(met[layer]), device, tell),
    );
  const probe = (layer: keyof Encoded): Promise<number> => {
    const options = { lr: probeRates[layer], generator: generator(config.seed).fork(`probe ${layer}`), device };
    return phases.run(`linear probe, ${layer}`, (tell) =>
      probeAccuracy({ features: known[layer], labels }, asked(met[layer]), options, tell),
    );
  };
  const fewKnown = { features: rowsAt(known.output, few), labels: fewLabels };
  const trained = {
    ...layout,
    knn: { fc7: await knn("fc7"), output: await knn("output") },
    yardstickKnn: await phases.run("5-NN, output, among few", (tell) =>
      knnAccuracy(fewKnown, asked(met.output), device, tell),
    ),
    probes: { fc7: await probe("fc7"), output: await probe("output") },
  };

  const fresh = untrainedEncoder(config, device);
  const before = await phases.run("untrained: encoding training digits", (tell) =>
    encode(fresh, few.length, digitsAt(few), device, tell),
  );
  const seen = await phases.run("untrained: encoding test digits", (tell) =>
    encode(fresh, 3 * test.length, shown, device, tell),
  );
  const freshLayout = await phases.run("untrained: uniformity", (tell) => layoutOf(seen.output, config, tell));
  const blind = await phases.run("untrained: 5-NN, output, among few", (tell) =>
    knnAccuracy({ features: before.output, labels: fewLabels }, asked(seen.output), device, tell),
  );
  const pixels = await phases.run("5-NN, raw pixels, among few", (tell) =>
    knnAccuracy({ features: rowsOf(picturesAt(train, few)), labels: fewLabels }, asked(rowsOf(pictures)), device, tell),
  );
  return {
    trained,
    untrained: { ...freshLayout, yardstickKnn: blind },
    rawPixels: { yardstickKnn: pixels },
    yardstickDigits: few.length,
  };
}
