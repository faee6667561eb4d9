import { backwardOnce } from "../autograd/backward.ts";
import { refusePromise, scope } from "../autograd/scope.ts";
import { Tensor } from "../autograd/tensor.ts";
import { checkOptions } from "../options.ts";
import { gradNorm, scaledDown } from "./clip.ts";
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
 * loop its turn every few milliseconds, and the device's memory a chance to come back. Rejects if f does, if f is async
 * (await the data outside), or if the loss or the norm of the gradient is NaN or infinite: the weights stay as they were
 * (running means, which move in the forward pass, do not). On a device that works on its own such a verdict comes with
 * the next read, when the weights are lost too: keep a checkpoint.
 */
export function trainStep<
  Batch extends unknown[],
  Results extends { readonly loss: Tensor } & { readonly [Name in keyof Results]: Tensor },
>(
  optimizer: Optimizer,
  f: (...batch: Batch) => Results,
  options: TrainStepOptions = {},
): (...batch: Batch) => Promise<Results> {
  const { clipNorm = Number.POSITIVE_INFINITY } = checkOptions("trainStep", options, ["clipNorm"]);
  if (!(clipNorm > 0)) throw new RangeError(`trainStep: clipNorm must be > 0, got ${clipNorm}`);
  const inFlight: Promise<unknown>[] = [];
  let sliceStart = performance.now();

  return async (...batch) => {
    const results = scope(() => {
      const computed = checked(refusePromise("trainStep", f(...batch)));
      const finiteLoss = finite("loss", computed.loss, computed.loss);
      const grads = backwardOnce(computed.loss, Object.values(computed));
      const norm = gradNorm(grads);
      const loss = norm ? finite("gradient's norm", finiteLoss, norm) : finiteLoss;
      optimizer.step(norm && clipNorm < Number.POSITIVE_INFINITY ? scaledDown(grads, norm, clipNorm) : grads);
      const detached = Object.entries<Tensor>(computed).map(([name, x]) => [name, x.detach()]);
      return { ...Object.fromEntries(detached), loss } as Results;
    });
    if (results.loss.device.asynchronous) {
      const done = results.loss.data();
      done.catch(() => {}); // thrown where it is awaited, below or at the caller's own read
      inFlight.push(done);
      while (inFlight.length >= inFlightLimit) await inFlight.shift();
    }
    await results.loss.device.breathe?.();
    if (performance.now() - sliceStart > sliceMilliseconds) {
      await new Promise((resolve) => setTimeout(resolve));
      sliceStart = performance.now();
    }
    return results;
  };
}

/** What f computed, if it is tensors by name with a loss among them. */
function checked<Results extends { readonly loss: Tensor }>(computed: Results): Results {
  const named = typeof computed === "object" && computed !== null && !(computed instanceof Tensor);
  const wrong = named ? Object.entries(computed).find(([, x]) => !(x instanceof Tensor)) : undefined;
  if (!named || wrong || !("loss" in computed)) {
    const found = wrong ? `"${wrong[0]}" of type ${typeof wrong[1]}` : named ? "no loss" : "something else";
    throw new TypeError(`trainStep: the function must return { loss, ...named }, all tensors, got ${found}`);
  }
  return computed;
}

/** The loss, detached, once `probe`, a scalar, is found to be finite. */
function finite(what: string, loss: Tensor, probe: Tensor): Tensor {
  const { device } = loss;
  const damage = device.asynchronous ? "the weights are lost, load a checkpoint" : "no weight was updated";
  const verified = device.verify(loss.storage, probe.storage, ([value]) => {
    if (!Number.isFinite(value))
      throw new RangeError(`trainStep: the ${what} is ${value}; ${damage}. Is lr too large?`);
  });
  return new Tensor(verified, loss.shape);
}
