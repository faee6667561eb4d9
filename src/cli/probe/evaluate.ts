import type { Device } from "../../devices/device.ts";
import type { LayeredEncoder } from "../../models/index.ts";
import { generator } from "../../ops/index.ts";
import type { Io } from "../io.ts";
import { checkLayerIndex } from "../layer-index.ts";
import { Phases } from "../phases.ts";
import { encode, type Features, outputsOf } from "../train/encode.ts";
import { evenly, type Gallery } from "../train/gallery.ts";
import { knnAccuracy } from "../train/probes.ts";
import { Classifier, type Shares } from "./classifier.ts";
import type { ProbeConfig } from "./config.ts";
import { type EpochRecord, learn, type Probed, remembered, shownAnew, stepsOf } from "./learn.ts";
import { stopped } from "./stopped.ts";

/** How well the classes of the test pictures can be read off a layer. */
export interface LayerResult {
  /** As it was asked for: −1 is the output. */
  readonly layerIndex: number;
  /** Numbers that it gives for a picture. */
  readonly width: number;
  /** By the linear classifier, after its last pass. */
  readonly linear: Shares;
  /** Share named rightly by the five nearest training pictures; absent where that was left out. */
  readonly knn?: number;
  /** The classifier after each pass. */
  readonly epochs: readonly EpochRecord[];
}

/** The encoder that is judged, by what, and where. */
export interface Evaluated {
  readonly encoder: LayeredEncoder;
  readonly gallery: Gallery;
  readonly device: Device;
}

/**
 * The linear evaluation of Wang & Isola 2020: of the output and of one layer before it, what a linear classifier and the
 * nearest neighbours make of the test pictures. The encoder stays as it is, in its evaluation behaviour.
 * Throws a UsageError for a layer that the encoder has not.
 */
export async function evaluate(
  { encoder, gallery, device }: Evaluated,
  config: ProbeConfig,
  quiet: boolean,
  io: Io,
): Promise<LayerResult[]> {
  const { known, asked, classes } = gallery;
  const layers = layersOf(encoder, config.layerIndex);
  encoder.eval();
  const one = outputsOf(encoder, layers, await asked.plain(evenly(asked.length, 1)), device);
  const widths = one.map(({ shape, storage }) => {
    storage.free();
    return shape[1];
  });
  const phases = new Phases(io, quiet, costs(gallery, config, layers, widths), stopped);
  const encoded = (what: "training" | "test", { length, plain }: Gallery["known"]): Promise<Features[]> =>
    phases.run(`encoding ${what} pictures`, (tell) =>
      encode(encoder, layers, evenly(length, length), plain, device, tell),
    );
  const draws = generator(config.seed).fork("classifiers");
  const tests = await encoded("test", asked);
  const probed = layers.map((layerIndex, k): Probed => {
    const draw = draws.fork(`block ${encoder.blockAt(layerIndex)}`);
    const input = { width: widths[k], classes: classes.length, generator: draw, device };
    return { layerIndex, name: layerName(layerIndex), classifier: new Classifier(input, config), tests: tests[k] };
  });
  let plain = config.augment ? undefined : await encoded("training", known);
  const steps = stepsOf(known, config);
  const lessons = plain ? remembered(steps, plain, device) : shownAnew(steps, gallery, encoder, layers, device);
  const records = await phases.run(learning, (tell) => learn(lessons, probed, gallery, config, tell));
  const knn: number[] = [];
  if (config.knn) {
    plain ??= await encoded("training", known);
    for (const [k, { name }] of probed.entries()) {
      const [from, to] = [plain, tests].map((features) => features[k]);
      const labelled = [
        { features: from, labels: known.labels },
        { features: to, labels: asked.labels },
      ] as const;
      knn.push(await phases.run(`5-NN, ${name}`, (tell) => knnAccuracy(...labelled, device, tell)));
    }
  }
  phases.end();
  return probed.map(({ layerIndex }, k) => {
    const { loss: _, ...linear } = records[k][config.epochs - 1];
    return { layerIndex, width: widths[k], linear, ...(config.knn ? { knn: knn[k] } : {}), epochs: records[k] };
  });
}

/** What a person calls a layer. */
export function layerName(layerIndex: number): string {
  return layerIndex === -1 ? "output" : `layer ${layerIndex}`;
}

const learning = "linear classifiers";

/** The output, and the layer beside it unless it is the output too. */
function layersOf(encoder: LayeredEncoder, layerIndex: number): number[] {
  checkLayerIndex("probe", encoder, layerIndex);
  return encoder.blockAt(layerIndex) === encoder.blockCount - 1 ? [-1] : [-1, layerIndex];
}

/** What each part costs, in pictures that go through MNIST's encoder: others are slower, and all else is less beside them. */
function costs(
  { known, asked, classes }: Gallery,
  { augment, knn, epochs }: ProbeConfig,
  layers: readonly number[],
  widths: readonly number[],
): Record<string, number> {
  const rows = epochs * (3 * known.length + asked.length); // forward and back, and to test
  const products = widths.reduce((sum, width) => sum + (rows * width * classes.length) / 1e7 + rows / 1e3, 0);
  const neighbours = layers.map((layerIndex, k): [string, number] => [
    `5-NN, ${layerName(layerIndex)}`,
    (known.length * asked.length * widths[k]) / 5e6,
  ]);
  return {
    "encoding test pictures": asked.length,
    [learning]: products + (augment ? epochs * known.length : 0),
    ...(augment && !knn ? {} : { "encoding training pictures": known.length }),
    ...(knn ? Object.fromEntries(neighbours) : {}),
  };
}
