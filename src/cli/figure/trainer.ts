import { tensor } from "../../autograd/create.ts";
import type { Parameter, Tensor } from "../../autograd/tensor.ts";
import type { Images } from "../../data/index.ts";
import type { LayeredEncoder } from "../../models/index.ts";
import { CosineAnnealingLR, Linear, SGD, trainStep } from "../../nn/index.ts";
import { crossEntropy, type Generator, slice } from "../../ops/index.ts";
import type { Tell } from "../phases.ts";
import type { Planned } from "../train/gallery.ts";
import { planned } from "../train/planned.ts";
import { sgd } from "./config.ts";
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

/** What is learnt from the features of a batch, first views and then second ones, [2n, d]. */
interface Task {
  /** Beyond the encoder's own. */
  readonly parameters: readonly Parameter[];
  loss(features: Tensor, batch: Int32Array): Tensor;
}

/** Trains `encoder` by SGD on two views of each picture in a batch; a last batch of a pass that is not full is left out. */
export function trainerOf(encoder: LayeredEncoder, studio: Studio, training: Training): Trainer {
  const { objective, epochs, lr, decays, random } = training;
  const { pictures, config, device } = studio;
  const { batchSize } = config;
  const rows = trainingRows(studio);
  const [orders, views] = [random.fork("order"), random.fork("views")];
  const task = objective === "labels" ? naming(studio, random.fork("head")) : pairing(objective);
  const optimizer = new SGD([...encoder.parameters(), ...task.parameters], { lr, ...sgd });
  const inEpoch = Math.floor(rows.length / batchSize);
  const steps = epochs * inEpoch;
  const schedule = decays ? new CosineAnnealingLR(optimizer, { tMax: steps }) : undefined;
  const update = trainStep(optimizer, ({ data, shape }: Images<Float32Array>, batch: Int32Array): { loss: Tensor } => {
    return { loss: task.loss(encoder.forward(tensor(data, { shape, device })), batch) }; // [2n, c, h, w] -> [2n, d]
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

/** To name the pictures, by a linear layer that is learnt too. */
function naming({ pictures, config, device }: Studio, random: Generator): Task {
  const layer = new Linear(config.network.featDim, pictures.classes.length, { generator: random, device });
  return {
    parameters: layer.parameters(),
    loss(features, batch) {
      const labels = Int32Array.from([...batch, ...batch], (row) => pictures.known.labels[row]);
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
