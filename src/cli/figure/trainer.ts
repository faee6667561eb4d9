import { tensor } from "../../autograd/create.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { ConvEncoder } from "../../models/index.ts";
import { CosineAnnealingLR, Linear, SGD, trainStep } from "../../nn/index.ts";
import { crossEntropy, type Generator, slice } from "../../ops/index.ts";
import type { Tell } from "../phases.ts";
import { type FigureConfig, sgd } from "./config.ts";
import { type Objective, objectiveLoss } from "./objective.ts";
import { type Studio, trainingRows } from "./studio.ts";
import { pairMaker } from "./views.ts";

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
export function trainerOf(encoder: ConvEncoder, studio: Studio, training: Training): Trainer {
  const { objective, epochs, lr, decays, random } = training;
  const { pictures, config, device } = studio;
  const { batchSize, network } = config;
  const rows = trainingRows(studio);
  const pairs = pairMaker(pictures.name, pictures.train);
  const [orders, views] = [random.fork("order"), random.fork("views")];
  const head =
    objective === "labels" ? new Linear(network.featDim, 10, { generator: random.fork("head"), device }) : undefined;
  const parameters = [...encoder.parameters(), ...(head?.parameters() ?? [])];
  const optimizer = new SGD(parameters, { lr, ...sgd });
  const inEpoch = stepsPerEpoch(config);
  const steps = epochs * inEpoch;
  const schedule = decays ? new CosineAnnealingLR(optimizer, { tMax: steps }) : undefined;
  const update = trainStep(optimizer, (batch: Int32Array, g: Generator): { loss: Tensor } => {
    const { data, shape } = pairs(batch, g);
    const features = encoder.forward(tensor(data, { shape, device })); // [2n, c, h, w] -> [2n, d]
    if (objective === "labels") {
      if (head === undefined) throw new Error("labels need a head");
      const labels = Int32Array.from([...batch, ...batch], (i) => pictures.train.labels[i]);
      return { loss: crossEntropy(head.forward(features), labels) };
    }
    const [x, y] = [slice(features, { end: batchSize }), slice(features, { start: batchSize })];
    return { loss: objectiveLoss(objective, x, y) };
  });
  let [done, epoch, order] = [0, 0, rows];
  return {
    steps,
    async upTo(step, tell) {
      encoder.train();
      for (const start = done; done < step; done++, tell((done - start) / (step - start))) {
        const now = 1 + Math.floor(done / inEpoch);
        if (now !== epoch) {
          epoch = now;
          order = orders
            .fork(`epoch ${epoch}`)
            .permutation(rows.length)
            .map((place) => rows[place]);
        }
        const at = (done % inEpoch) * batchSize;
        const { loss } = await update(order.subarray(at, at + batchSize), views.fork(`step ${done + 1}`));
        await loss.item(); // where the device works on its own, only now is it known whether the step was sound
        schedule?.step();
      }
    },
  };
}
