import { tensor } from "../../../autograd/create.ts";
import type { Tensor } from "../../../autograd/tensor.ts";
import { alignLoss } from "../../../losses/align.ts";
import { uniformLoss } from "../../../losses/uniform.ts";
import { add, crossEntropy, div, matmul, take, transpose } from "../../../ops/index.ts";
import { type Weighed, weighed } from "../weighed.ts";
import type { TextConfig } from "./config.ts";
import { behind } from "./library.ts";

/** What is added to the similarity of a sentence with itself, so that it is no candidate: its probability is 0. */
const never = -1e4;

/** The settings of `neighbourLoss`. */
export type NeighbourSettings = Pick<
  TextConfig,
  "alignWeight" | "alpha" | "uniformWeight" | "t" | "contrastiveWeight" | "tau"
>;

/**
 * How the points of sentences by two encoders, f and g, [n, d] each, unit rows, should lie (Wang & Isola 2020, App. B.4). `followed`: the
 * rows whose sentence is followed by that of the next row. Neighbours i, j are these rows and the next ones, in both orders:
 *
 *     align:        mean over neighbours of |f_i − g_j|^alpha
 *     uniform:      uniformLoss(f) + uniformLoss(g), a sum
 *     contrastive:  crossEntropy of the rows of f gᵀ / tau, where a sentence itself does not count; the target is a half for each
 *                   of two neighbours, all for one, and without any a row counts for 0
 *
 * Each times its weight. Throws where no sentence is followed by another.
 */
export function neighbourLoss(
  f: Tensor,
  g: Tensor,
  followed: Int32Array,
  { alignWeight, alpha, uniformWeight, t, contrastiveWeight, tau }: NeighbourSettings,
): Weighed<"align" | "uniform" | "contrastive"> {
  const next = behind(followed);
  const [from, to] = [Int32Array.from([...followed, ...next]), Int32Array.from([...next, ...followed])];
  if (from.length === 0) {
    const remedy = "take more sentences in a row: raise --batch-size, or lower --windows";
    throw new Error(`neighbourLoss: no two of these sentences follow each other: ${remedy}`);
  }
  return weighed("neighbourLoss", [
    ["align", alignWeight, () => alignLoss(take(f, from), take(g, to), { alpha })],
    ["uniform", uniformWeight, () => add(uniformLoss(f, { t }), uniformLoss(g, { t }))],
    ["contrastive", contrastiveWeight, () => contrastive(f, g, from, to, tau)],
  ]);
}

function contrastive(f: Tensor, g: Tensor, from: Int32Array, to: Int32Array, tau: number): Tensor {
  const [n] = f.shape;
  const square = { shape: [n, n], device: f.device };
  const [targets, itself] = [new Float32Array(n * n), new Float32Array(n * n)];
  const neighbours = new Int32Array(n);
  for (const i of from) neighbours[i]++;
  from.forEach((i, k) => {
    targets[i * n + to[k]] = 1 / neighbours[i];
  });
  for (let i = 0; i < n; i++) itself[i * n + i] = never;
  const logits = add(div(matmul(f, transpose(g, 0, 1)), tau), tensor(itself, square));
  return crossEntropy(logits, tensor(targets, square));
}
