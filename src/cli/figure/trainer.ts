import { tensor } from "../../autograd/create.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { Images } from "../../data/index.ts";
import type { LayeredEncoder } from "../../models/index.ts";
import { CosineAnnealingLR, Linear, SGD, trainStep } from "../../nn/index.ts";
import { crossEntropy, type Generator, slice } from "../../ops/index.ts";
import type { Tell } from "../phases.ts";
import type { Planned } from "../train/gallery.ts";
import { planned } from "../train/planned.ts";
import { type FigureConfig, sgd } from "./config.ts";
import { type Objective, objectiveLoss } from "./objective.ts";
import { type Studio, trainingRows } from "./studio.ts";

/** How an encoder is trained. */
export interface Training {
  /** "labels": the cross-entropy of a linear layer on the features, learnt with them. */
  readonly objective: Objective | "labels";
  readonly epochs: number;
  readonly lr: number;
  /** Whether the rate falls to 0 along a cosine, over the whole training; else it stays. */
  readonly decays: boolean;
  /** Whence the order of the pictures and their views are drawn, by forks: it does not move. */
  readonly random: Generator;
}

/** An encoder in training. */
export interface Trainer {
  /** In the whole training. */
  readonly steps: number;
  /** Carries out the steps from where it stands up to `step`. */
  upTo(step: number, tell: Tell): Promise<void>;
}

/** Steps in a pass; a last batch that is not full is left out. */
export function stepsPerEpoch({ images, batchSize }: FigureConfig): number {
  return Math.floor(images / batchSize);
}

/** Trains `encoder` by SGD on two views of each picture in a batch, which go through it in one joined pass. */
export function trainerOf(encoder: LayeredEncoder, studio: Studio, training: Training): Trainer {
  const { objective, epochs, lr, decays, random } = training;
  const { pictures, config, device } = studio;
  const { batchSize, network } = config;
  const rows = trainingRows(studio);
  const [orders, views] = [random.fork("order"), random.fork("views")];
  const head =
    objective === "labels"
      ? new Linear(network.featDim, pictures.classes.length, { generator: random.fork("head"), device })
      : undefined;
  const parameters = [...encoder.parameters(), ...(head?.parameters() ?? [])];
  const optimizer = new SGD(parameters, { lr, ...sgd });
  const inEpoch = stepsPerEpoch(config);
  const steps = epochs * inEpoch;
  const schedule = decays ? new CosineAnnealingLR(optimizer, { tMax: steps }) : undefined;
  const update = trainStep(optimizer, ({ data, shape }: Images<Float32Array>, batch: Int32Array): { loss: Tensor } => {
    const features = encoder.forward(tensor(data, { shape, device })); // [2n, c, h, w] -> [2n, d]
    if (objective === "labels") {
      if (head === undefined) throw new Error("labels need a head");
      const labels = Int32Array.from([...batch, ...batch], (i) => pictures.known.labels[i]);
      return { loss: crossEntropy(head.forward(features), labels) };
    }
    const [x, y] = [slice(features, { end: batchSize }), slice(features, { start: batchSize })];
    return { loss: objectiveLoss(objective, x, y) };
  });
  const passes = { length: rows.length, batchSize, stepsPerEpoch: inEpoch, epochs, orders, views };
  let done = 0;
  return {
    steps,
    async upTo(step, tell) {
      encoder.train();
      const start = done;
      const batches: Int32Array[] = []; // those whose views are being made
      function* plan(): Iterable<Planned> {
        for (const { indices, generator } of planned(passes, start)) {
          if (batches.length === step - start) return;
          const chosen = indices.map((place) => rows[place]);
          batches.push(chosen);
          yield { indices: chosen, generator };
        }
      }
      for await (const seen of pictures.views(plan())) {
        const { loss } = await update(seen, batches[done - start]);
        await loss.item(); // where the device works on its own, only now is it known whether the step was sound
        schedule?.step();
        done++;
        tell((done - start) / (step - start));
      }
    },
  };
}
