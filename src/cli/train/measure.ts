import type { Device } from "../../devices/device.ts";
import type { LayeredEncoder } from "../../models/index.ts";
import { generator } from "../../ops/index.ts";
import type { Phases, Tell } from "../phases.ts";
import type { TrainConfig } from "./config.ts";
import { type Part, rawPixelsOf, yardstickOf } from "./costs.ts";
import { type Encoded, encode, encodeViews, type Features } from "./encode.ts";
import { untrainedEncoder } from "./encoders.ts";
import { evenly, type Gallery, type Sample } from "./gallery.ts";
import { type Layout, layoutOf, rowsAt } from "./layout.ts";
import { knnAccuracy, type Labelled, probeAccuracy } from "./probes.ts";

/** Shares of the test pictures named rightly, in 0..1, from the features of two layers. */
export interface ByLayer {
  readonly fc7: number;
  readonly output: number;
}

/** What can be compared: shares of the test pictures named rightly, in 0..1, having the same few training pictures. */
export interface Compared {
  /** By the five nearest, of an encoder's output. */
  readonly knn: number;
  /** By a linear classifier, of an encoder's fc7. */
  readonly probe: number;
}

/** What is measured of an encoder that was not trained: less, so that it stays cheap. `few` is absent where no picture has a label. */
export interface Untrained extends Layout {
  readonly few: Compared | undefined;
}

/** What is measured of the trained encoder. All but the layout is absent where no picture has a label. */
export interface Measured extends Untrained {
  /** By a linear classifier learnt on the features of all training pictures. */
  readonly probes: ByLayer | undefined;
  /** By the five nearest of all training pictures. */
  readonly knn: ByLayer | undefined;
}

export interface Measurement {
  readonly trained: Measured;
  readonly untrained: Untrained;
  /** Of the pixels themselves; absent where there are very many of them. */
  readonly rawPixels: Compared | undefined;
  /** Training pictures, evenly spaced, from which every `few` is found; where these are all, the trained one's is that of all. */
  readonly yardstick: number;
}

/** Learning rates of the linear probes: rows of the output have length 1 and take larger steps. */
const probeRates: ByLayer = { fc7: 1e-3, output: 1e-2 };

/** An encoder's features of labelled training pictures and of the test pictures. */
interface Judged {
  readonly known: Encoded | undefined;
  readonly asked: Encoded;
  readonly layout: Layout;
}

/** Measures a trained encoder on pictures it has not seen, beside the same encoder untrained and the pixels themselves. */
export async function measure(
  encoder: LayeredEncoder,
  gallery: Gallery,
  config: TrainConfig,
  device: Device,
  phases: Phases<Part>,
): Promise<Measurement> {
  const { known, asked, classes, shape } = gallery;
  const [all, every] = [known, asked].map(({ length }) => evenly(length, length));
  const few = evenly(known.length, yardstickOf(known.length));
  const [labels, fewLabels] = [all, few].map((rows) => rows.map((row) => known.labels[row]));

  const both = async (judged: LayeredEncoder, rows: Int32Array, { plain }: Sample, tell: Tell): Promise<Encoded> => {
    const [fc7, output] = await encode(judged, [-2, -1], rows, plain, device, tell);
    return { fc7, output };
  };
  const judge = async (when: "" | "untrained: ", judged: LayeredEncoder, rows: Int32Array): Promise<Judged> => {
    const views = generator(config.seed).fork("test views");
    const learnt = await phases.run(`${when}encoding training pictures`, async (tell) =>
      rows.length > 0 ? both(judged, rows, known, tell) : undefined,
    );
    const met = await phases.run(`${when}encoding test pictures`, (tell) => both(judged, every, asked, tell));
    const pairs = await phases.run(`${when}encoding test views`, (tell) =>
      encodeViews(judged, every, (rows) => asked.views(rows, views), device, tell),
    );
    const layout = await phases.run(`${when}uniformity`, (tell) => layoutOf(met.output, pairs, config, tell));
    return { known: learnt, asked: met, layout };
  };
  const knn = (part: Part, from: Labelled, features: Features): Promise<number> =>
    phases.run(part, (tell) => knnAccuracy(from, { features, labels: asked.labels }, device, tell));
  const probe = (part: Part, from: Labelled, features: Features, layer: keyof ByLayer): Promise<number> => {
    const draw = generator(config.seed).fork(`probe ${layer}`);
    const options = { classes: classes.length, lr: probeRates[layer], generator: draw, device };
    return phases.run(part, (tell) => probeAccuracy(from, { features, labels: asked.labels }, options, tell));
  };
  const compared = async (
    when: "" | "untrained: " | "raw pixels: ",
    from: Encoded,
    to: Encoded,
  ): Promise<Compared> => ({
    knn: await knn(`${when}5-NN, among few`, { features: from.output, labels: fewLabels }, to.output),
    probe: await probe(`${when}linear probe, among few`, { features: from.fc7, labels: fewLabels }, to.fc7, "fc7"),
  });

  const now = await judge("", encoder, all);
  const ofAll = now.known && {
    knn: {
      fc7: await knn("5-NN, fc7", { features: now.known.fc7, labels }, now.asked.fc7),
      output: await knn("5-NN, output", { features: now.known.output, labels }, now.asked.output),
    },
    probes: {
      fc7: await probe("linear probe, fc7", { features: now.known.fc7, labels }, now.asked.fc7, "fc7"),
      output: await probe("linear probe, output", { features: now.known.output, labels }, now.asked.output, "output"),
    },
  };
  let chosen: Compared | undefined;
  if (ofAll && few.length === all.length) chosen = { knn: ofAll.knn.output, probe: ofAll.probes.fc7 };
  else if (now.known) {
    const { fc7, output } = now.known;
    chosen = await compared("", { fc7: rowsAt(fc7, few), output: rowsAt(output, few) }, now.asked);
  }
  const trained = { ...now.layout, knn: ofAll?.knn, probes: ofAll?.probes, few: chosen };

  const before = await judge("untrained: ", untrainedEncoder(config, shape, device), few);
  const untrained = {
    ...before.layout,
    few: before.known && (await compared("untrained: ", before.known, before.asked)),
  };
  let rawPixels: Compared | undefined;
  if (few.length > 0 && rawPixelsOf(shape) > 0) {
    const [from, to] = await phases.run("raw pixels: reading", () =>
      Promise.all([known.plain(few), asked.plain(every)]),
    );
    const pixels = ({ data, shape: [n] }: typeof from): Features => ({ data, shape: [n, data.length / n] });
    const asBoth = (features: Features): Encoded => ({ fc7: features, output: features });
    rawPixels = await compared("raw pixels: ", asBoth(pixels(from)), asBoth(pixels(to)));
  }
  return { trained, untrained, rawPixels, yardstick: few.length };
}
