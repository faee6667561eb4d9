import { backward } from "../autograd/backward.ts";
import { refusePromise, scope } from "../autograd/scope.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { checkOptions } from "../options.ts";
import { clipGradNorm } from "./clip.ts";
import type { Optimizer } from "./optimizer.ts";

/** What else a step does. */
export interface TrainStepOptions {
  /** Largest norm of all gradients together; unlimited unless given. */
  clipNorm?: number;
}

/** How long steps may follow each other before timers, signals and the screen get their turn. */
const sliceMilliseconds = 15;

/** Steps a device that works on its own may be ahead of what was read. */
const inFlightLimit = 2;

/**
 * Makes a function that does one training step: `f` computes `{ loss, ...named }` from a batch, then backward and the
 * optimizer's update, all in one scope, so that nothing is left behind. Returns f's tensors, detached. Gives the event
 * loop its turn every few milliseconds. Rejects if f does, or if f is async: await the data outside.
 */
export function trainStep<
  Batch extends unknown[],
  Results extends { readonly loss: Tensor } & { readonly [Name in keyof Results]: Tensor },
>(
  optimizer: Optimizer,
  f: (...batch: Batch) => Results,
  options: TrainStepOptions = {},
): (...batch: Batch) => Promise<Results> {
  const { clipNorm } = checkOptions("trainStep", options, ["clipNorm"]);
  const inFlight: Promise<unknown>[] = [];
  let sliceStart = performance.now();

  return async (...batch) => {
    const results = scope(() => {
      const computed = refusePromise("trainStep", f(...batch));
      const grads = backward(computed.loss);
      optimizer.step(clipNorm === undefined ? grads : clipGradNorm(grads, clipNorm));
      return Object.fromEntries(Object.entries<Tensor>(computed).map(([name, x]) => [name, x.detach()])) as Results;
    });
    if (results.loss.device.asynchronous) {
      const done = results.loss.data();
      done.catch(() => {}); // thrown where it is awaited, below or at the caller's own read
      inFlight.push(done);
      while (inFlight.length >= inFlightLimit) await inFlight.shift();
    }
    if (performance.now() - sliceStart > sliceMilliseconds) {
      await new Promise((resolve) => setTimeout(resolve));
      sliceStart = performance.now();
    }
    return results;
  };
}
