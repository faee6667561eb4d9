import { noGrad } from "../autograd/recording.ts";
import { scope } from "../autograd/scope.ts";
import { upload } from "../autograd/tensor.ts";
import type { Floats } from "../devices/device.ts";
import type { Linear } from "../nn/index.ts";
import { Turns } from "./turns.ts";

/** n rows of d numbers, row-major. */
interface Rows {
  readonly n: number;
  readonly d: number;
  readonly data: Floats;
}

/** What a linear layer says rows are; where the loss is not finite, nothing. */
export interface Named {
  /** The label of each row's largest logit, the first of equal ones winning: [n]. */
  readonly predictions: number[];
  /** At which place each row's own label comes among all, by falling logits, 0 where it is the one predicted: [n]. */
  readonly places: Int32Array;
  /** Mean cross-entropy of the rows' own labels, in nats. */
  readonly loss: number;
}

/** Rows that go through the layer at once. */
const tile = 4096;

/** Names rows [n, d], n >= 1, by a layer's logits; `answers` are their own labels, [n]. */
export async function named(layer: Linear, { n, d, data }: Rows, answers: ArrayLike<number>): Promise<Named> {
  const predictions: number[] = [];
  const places = new Int32Array(n);
  let loss = 0;
  const turns = new Turns();
  for (let top = 0; top < n; top += tile) {
    const some = data.subarray(top * d, (top + tile) * d);
    const logits = scope(() => noGrad(() => layer.forward(upload(some, [some.length / d, d], layer.weight.device))));
    const [rows, classes] = logits.shape;
    const values = Float64Array.from(await logits.data());
    logits.storage.free();
    for (let i = 0; i < rows; i++) {
      const row = values.subarray(i * classes, (i + 1) * classes);
      const answer = answers[top + i];
      const largest = row.reduce((a, b) => Math.max(a, b));
      const sum = row.reduce((sum, z) => sum + Math.exp(z - largest), 0);
      loss += Math.log(sum) + largest - row[answer];
      predictions.push(row.indexOf(largest));
      const isAhead = (z: number, label: number): boolean => z > row[answer] || (z === row[answer] && label < answer);
      places[top + i] = row.reduce((count, z, label) => count + (isAhead(z, label) ? 1 : 0), 0);
    }
    await turns.give();
  }
  return { predictions, places, loss: loss / n };
}
