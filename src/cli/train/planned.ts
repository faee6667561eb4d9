import type { Generator } from "../../ops/index.ts";
import type { Planned } from "./gallery.ts";

/** How often pictures are shown, in what batches, and whence the randomness comes. */
export interface Passes {
  /** How many pictures there are. */
  readonly length: number;
  readonly batchSize: number;
  /** With the last batch that is not full, or without it. */
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  /** Streams from which every epoch's order and every step's views are forked. They do not move. */
  readonly orders: Generator;
  readonly views: Generator;
}

/** The steps after the first `done`: an epoch's order depends on `orders` and the epoch, a step's views on `views` and the step. */
export function* planned(
  { length, batchSize, stepsPerEpoch, epochs, orders, views }: Passes,
  done: number,
): Iterable<Planned> {
  for (let epoch = Math.ceil((done + 1) / stepsPerEpoch); epoch <= epochs; epoch++) {
    const order = orders.fork(`epoch ${epoch}`).permutation(length);
    const before = (epoch - 1) * stepsPerEpoch;
    for (let batch = Math.max(0, done - before); batch < stepsPerEpoch; batch++) {
      const indices = order.slice(batch * batchSize, (batch + 1) * batchSize);
      yield { indices, generator: views.fork(`step ${before + batch + 1}`) };
    }
  }
}
