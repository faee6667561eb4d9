import type { Generator } from "../../src/ops/index.ts";

/** Pictures as one layer sees them, one row of numbers each, and their classes. */
export interface PlainRows {
  readonly rows: readonly (readonly number[])[];
  readonly labels: ArrayLike<number>;
}

/** How it learns. */
export interface PlainRecipe {
  readonly batchSize: number;
  readonly lr: number;
  /** Epochs after which the rate falls. */
  readonly milestones: readonly number[];
}

/** What a linear classifier was like after an epoch. */
export interface PlainEpoch {
  readonly loss: number;
  readonly top1: number;
}

/**
 * The linear evaluation as loops over numbers: a classifier with weights from U(−1/√d, 1/√d) learns `known` in the order
 * that `orders` gives for each epoch, in steps of `batchSize`, by Adam (Kingma & Ba 2015) with betas 0.5 and 0.999, at
 * lr · 0.2^(milestones behind it). After each epoch: the mean loss in it, and the share of `asked` that is named rightly.
 */
export function plainProbe(
  known: PlainRows,
  asked: PlainRows,
  classes: number,
  draw: Generator,
  orders: readonly Int32Array[],
  { batchSize, lr: base, milestones }: PlainRecipe,
): PlainEpoch[] {
  const d = known.rows[0].length;
  const bound = 1 / Math.sqrt(d);
  const drawn = (count: number): number[] => Array.from({ length: count }, () => -bound + 2 * bound * draw.float());
  const [w, b] = [drawn(classes * d), drawn(classes)];
  const weights = [...w, ...b]; // [classes, d], then [classes]
  const [m, v] = [weights.map(() => 0), weights.map(() => 0)];
  const logits = (x: readonly number[]): number[] =>
    Array.from({ length: classes }, (_, c) =>
      x.reduce((sum, value, j) => sum + value * weights[c * d + j], weights[classes * d + c]),
    );
  let step = 0;
  return orders.map((order, epoch) => {
    const lr = base * 0.2 ** milestones.filter((milestone) => epoch >= milestone).length;
    let total = 0;
    for (let at = 0; at < order.length; at += batchSize) {
      const batch = order.slice(at, at + batchSize);
      const gradient = weights.map(() => 0);
      for (const row of batch) {
        const [x, label] = [known.rows[row], known.labels[row]];
        const powers = logits(x).map(Math.exp);
        const sum = powers.reduce((a, c) => a + c);
        total -= Math.log(powers[label] / sum);
        powers.forEach((power, c) => {
          const g = (power / sum - (c === label ? 1 : 0)) / batch.length;
          x.forEach((value, j) => {
            gradient[c * d + j] += g * value;
          });
          gradient[classes * d + c] += g;
        });
      }
      step++;
      gradient.forEach((g, i) => {
        m[i] = 0.5 * m[i] + 0.5 * g;
        v[i] = 0.999 * v[i] + 0.001 * g * g;
        weights[i] -= (lr * (m[i] / (1 - 0.5 ** step))) / (Math.sqrt(v[i] / (1 - 0.999 ** step)) + 1e-8);
      });
    }
    const right = asked.rows.filter((x, i) => {
      const z = logits(x);
      return z.indexOf(Math.max(...z)) === asked.labels[i];
    });
    return { loss: total / order.length, top1: right.length / asked.rows.length };
  });
}

/** Share of `asked` whose class most of the five rows of `known` with the largest cosines have; of equal votes the nearest's. */
export function plainNeighbours(known: PlainRows, asked: PlainRows): number {
  const cosine = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, j) => sum + value * y[j], 0) / Math.hypot(...x) / Math.hypot(...y);
  const right = asked.rows.filter((x, i) => {
    const near = known.rows
      .map((y, k) => ({ cosine: cosine(x, y), label: known.labels[k] }))
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, 5)
      .map(({ label }) => label);
    const votes = (label: number): number => near.filter((other) => other === label).length;
    const most = Math.max(...near.map(votes));
    return near.find((label) => votes(label) === most) === asked.labels[i];
  });
  return right.length / asked.rows.length;
}
