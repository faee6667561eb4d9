import { backwardOnce } from "../autograd/backward.ts";
import { scope } from "../autograd/scope.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Optimizer } from "./optimizer.ts";
import { Pace } from "./pace.ts";
import { checkedResults, clipNormOf, finite, type LossResults, type TrainStepOptions, update } from "./update.ts";

/**
 * Makes a function that does one training step: `f` computes `{ loss, ...named }` from a batch, then backward and the
 * optimizer's update, all in one scope, so that nothing is left behind. Returns f's tensors, detached. Gives the event
 * loop its turn every few milliseconds, and the device's memory a chance to come back. Rejects if f does, if f is async
 * (await the data outside), or if the loss or the norm of the gradient is NaN or infinite: the weights stay as they were
 * (running means, which move in the forward pass, do not). On a device that works on its own such a verdict comes with
 * the next read, when the weights are lost too: keep a checkpoint.
 */
export function trainStep<Batch extends unknown[], Results extends LossResults<Results>>(
  optimizer: Optimizer,
  f: (...batch: Batch) => Results,
  options: TrainStepOptions = {},
): (...batch: Batch) => Promise<Results> {
  const what = "trainStep";
  const clipNorm = clipNormOf(what, options);
  const pace = new Pace();

  return async (...batch) => {
    const results = scope(() => {
      const computed = checkedResults(what, f(...batch));
      const loss = finite(what, "loss", computed.loss, computed.loss);
      const grads = backwardOnce(computed.loss, Object.values<Tensor>(computed));
      return update(what, optimizer, computed, loss, grads, clipNorm);
    });
    await pace.after(results.loss);
    return results;
  };
}
