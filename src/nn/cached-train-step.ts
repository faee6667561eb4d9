import { withRecording } from "../autograd/recording.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Generator } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { CachedBatch } from "./cached-batch.ts";
import { type Chunks, eachChunk } from "./each-chunk.ts";
import type { Module } from "./module.ts";
import type { Optimizer } from "./optimizer.ts";
import { Pace } from "./pace.ts";
import { Replay } from "./replay.ts";
import { clipNormOf, type LossResults, type TrainStepOptions } from "./update.ts";

/** As many tensors as the list has, or any number if that is not known when it is compiled. */
type AsArguments<Features extends readonly Tensor[]> = Features extends readonly [
  Tensor,
  ...infer Rest extends readonly Tensor[],
]
  ? [Tensor, ...AsArguments<Rest>]
  : Features extends readonly []
    ? []
    : Tensor[];

/** The two halves of the computation, and what the first of them moves. */
export interface CachedComputation<Chunk, Features extends readonly Tensor[], Results> {
  /** From a chunk the features of its samples: a list of tensors [n, ...], as many each time. Called twice a chunk. */
  encode: (chunk: Chunk) => Features;
  /** From the features of the whole batch, each of the list's tensors joined over the chunks, `{ loss, ...named }`. */
  loss: (...features: AsArguments<Features>) => Results;
  /**
   * What encode runs, all of it: the second pass starts from their buffers as they were, running statistics for one, and
   * they end as after one pass. Those of a module that is left out move twice, and no check can see it.
   */
  modules: readonly Module<never>[];
  /** Whatever encode and the chunks draw from, those of `Dropout` layers too: the second pass draws the same. */
  generators?: readonly Generator[];
}

/**
 * `trainStep` for batches larger than memory, by gradient caching (Gao et al. 2021, "Scaling Deep Contrastive Learning
 * Batch Size under Memory Limited Setup"): with features f_k of chunk k and the loss L(f_1, ..., f_K) of all of them,
 *
 *     dL/dw = Σ_k (∂f_k/∂w)ᵀ ∂L/∂f_k.
 *
 * A first pass keeps the features alone, n · d numbers; then come the loss and its gradient in each f_k; a second pass
 * takes each chunk through `encode` again, now recorded, and back from that gradient to the weights. So memory holds the
 * graph of one chunk at a time, and the weights' gradient twice, for the sum; a forward pass more makes about 4/3 of the
 * time, and more where chunks are small. The views of a sample go into one chunk:
 *
 *     const step = cachedTrainStep(optimizer, {
 *       encode: ([x, y]: [Tensor, Tensor]) => encoder.forward(concat([x, y])).chunk(2),
 *       loss: (x, y) => alignUniformLoss(x, y),
 *       modules: [encoder],
 *     });
 *     const { loss } = await step(inChunks(64, x, y)); // x, y: [4096, ...]
 *
 * A chunk may be anything that encode makes features of: tensors, or what those are made from inside encode, such as
 * indices of pictures whose views it draws, so that not even the inputs are there at once. Chunks are walked twice, in
 * order: an array, `inChunks`, another iterable or async iterable that can be, or a function that gives one.
 *
 * The step is that of `trainStep` but for rounding, where a sample's features do not depend on the others in its chunk.
 * Batch norm in training takes its statistics from the chunk, and its running ones move once a chunk. Returns, rejects and
 * gives the event loop its turn as `trainStep` does. Rejects too if chunks or features of the second pass are not those of
 * the first, because something draws or moves that is not named; and if the step before is still under way.
 * Derivation: docs/derivations.md#cached-gradients.
 */
export function cachedTrainStep<Chunk, Features extends readonly Tensor[], Results extends LossResults<Results>>(
  optimizer: Optimizer,
  computation: CachedComputation<Chunk, Features, Results>,
  options: TrainStepOptions = {},
): (chunks: Chunks<Chunk>) => Promise<Results> {
  const what = "cachedTrainStep";
  const known = ["encode", "loss", "modules", "generators"] as const;
  const { encode, loss, modules, generators = [] } = checkOptions(what, computation, known);
  if (!Array.isArray(modules)) throw new TypeError(`${what}: modules must be a list of what encode runs, [encoder]`);
  const clipNorm = clipNormOf(what, options);
  const pace = new Pace();
  let busy = false;

  return async (chunks) => {
    if (busy) throw new Error(`${what}: the step before is under way and reads the same weights: await it`);
    const replay = new Replay(modules, generators);
    const batch = new CachedBatch<Results>(what);
    busy = true;
    try {
      const first = {
        before: () => replay.record(),
        visit: (chunk: Chunk) => batch.cache(withRecording(false, () => encode(chunk))),
      };
      await eachChunk(what, chunks, first, pace);
      batch.computeLoss(loss as (...features: readonly Tensor[]) => Results);
      replay.record(); // the loss's own function may have drawn and moved as well: this is where all shall end
      const second = {
        before: (k: number) => replay.putBack(k),
        visit: (chunk: Chunk, k: number) => batch.replay(encode(chunk), k),
      };
      await eachChunk(what, chunks, second, pace);
      const results = batch.update(optimizer, clipNorm);
      await pace.after(results.loss);
      return results;
    } finally {
      replay.end();
      batch.end();
      busy = false;
    }
  };
}
