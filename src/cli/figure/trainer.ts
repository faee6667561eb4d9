import { tensor } from "../../autograd/create.ts";
import type { Parameter, Tensor } from "../../autograd/tensor.ts";
import type { ConvEncoder } from "../../models/index.ts";
import { CosineAnnealingLR, Linear, SGD, trainStep } from "../../nn/index.ts";
import { crossEntropy, type Generator, slice } from "../../ops/index.ts";
import type { Tell } from "../phases.ts";
import { sgd } from "./config.ts";
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

/** What is learnt from the features of a batch, first views and then second ones, [2n, d]. */
interface Task {
  /** Beyond the encoder's own. */
  readonly parameters: readonly Parameter[];
  loss(features: Tensor, batch: Int32Array): Tensor;
}

/** Trains `encoder` by SGD on two views of each picture in a batch; a last batch of a pass that is not full is left out. */
export function trainerOf(encoder: ConvEncoder, studio: Studio, training: Training): Trainer {
  const { objective, epochs, lr, decays, random } = training;
  const { pictures, config, device } = studio;
  const { batchSize } = config;
  const rows = trainingRows(studio);
  const pairs = pairMaker(pictures.name, pictures.train);
  const [orders, views] = [random.fork("order"), random.fork("views")];
  const task = objective === "labels" ? naming(studio, random.fork("head")) : pairing(objective);
  const optimizer = new SGD([...encoder.parameters(), ...task.parameters], { lr, ...sgd });
  const inEpoch = Math.floor(rows.length / batchSize);
  const steps = epochs * inEpoch;
  const schedule = decays ? new CosineAnnealingLR(optimizer, { tMax: steps }) : undefined;
  const update = trainStep(optimizer, (batch: Int32Array, g: Generator): { loss: Tensor } => {
    const { data, shape } = pairs(batch, g);
    return { loss: task.loss(encoder.forward(tensor(data, { shape, device })), batch) }; // [2n, c, h, w] -> [2n, d]
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

/** To name the pictures, by a linear layer that is learnt too. */
function naming({ pictures, config, device }: Studio, random: Generator): Task {
  const layer = new Linear(config.network.featDim, 10, { generator: random, device });
  return {
    parameters: layer.parameters(),
    loss(features, batch) {
      const labels = Int32Array.from([...batch, ...batch], (row) => pictures.train.labels[row]);
      return crossEntropy(layer.forward(features), labels);
    },
  };
}

/** To tell positive pairs from others. */
function pairing(objective: Objective): Task {
  return {
    parameters: [],
    loss: (features, { length: n }) =>
      objectiveLoss(objective, slice(features, { end: n }), slice(features, { start: n })),
  };
}
