import type { Gradients } from "../autograd/gradients.ts";
import { refusePromise } from "../autograd/scope.ts";
import { Tensor } from "../autograd/tensor.ts";
import { checkOptions } from "../options.ts";
import { gradNorm, scaledDown } from "./clip.ts";
import type { Optimizer } from "./optimizer.ts";

/** What else a step does. */
export interface TrainStepOptions {
  /** Largest norm of all gradients together; unlimited unless given. */
  clipNorm?: number;
}

/** What a step computes: tensors by name, a loss among them. */
export type LossResults<Results> = { readonly loss: Tensor } & { readonly [Name in keyof Results]: Tensor };

/** The largest norm that `options` allow. Throws unless it is > 0. `what` is the step's name, here and below. */
export function clipNormOf(what: string, options: TrainStepOptions): number {
  const { clipNorm = Number.POSITIVE_INFINITY } = checkOptions(what, options, ["clipNorm"]);
  if (!(clipNorm > 0)) throw new RangeError(`${what}: clipNorm must be > 0, got ${clipNorm}`);
  return clipNorm;
}

/** What the step's function computed, if it is tensors by name with a loss among them. */
export function checkedResults<Results extends LossResults<Results>>(what: string, computed: Results): Results {
  refusePromise(what, computed);
  const named = typeof computed === "object" && computed !== null && !(computed instanceof Tensor);
  const wrong = named ? Object.entries<unknown>(computed).find(([, x]) => !(x instanceof Tensor)) : undefined;
  if (!named || wrong || !("loss" in computed)) {
    const found = wrong ? `"${wrong[0]}" of type ${typeof wrong[1]}` : named ? "no loss" : "something else";
    throw new TypeError(`${what}: the function must return { loss, ...named }, all tensors, got ${found}`);
  }
  return computed;
}

/** The loss, detached, once `probe`, a scalar, is found to be finite. `quantity` names the probe. */
export function finite(what: string, quantity: string, loss: Tensor, probe: Tensor): Tensor {
  const verified = loss.device.verify(loss.storage, probe.storage, ([value]) => {
    if (!Number.isFinite(value))
      throw new RangeError(`${what}: the ${quantity} is ${value}; ${damage(loss)}. Is lr too large?`);
  });
  return new Tensor(verified, loss.shape);
}

/** What an error that is found during a step has done by the time that it is told. */
export function damage({ device }: Tensor): string {
  return device.asynchronous ? "the weights are lost, load a checkpoint" : "no weight was updated";
}

/**
 * Updates the weights if the gradient's norm is finite, and returns what was computed, detached, with `loss`, which was
 * found to be finite, in the loss's place.
 */
export function update<Results extends LossResults<Results>>(
  what: string,
  optimizer: Optimizer,
  computed: Results,
  loss: Tensor,
  grads: Gradients,
  clipNorm: number,
): Results {
  const norm = gradNorm(grads);
  const sound = norm ? finite(what, "gradient's norm", loss, norm) : loss;
  optimizer.step(norm && clipNorm < Number.POSITIVE_INFINITY ? scaledDown(grads, norm, clipNorm) : grads);
  const detached = Object.entries<Tensor>(computed).map(([name, x]) => [name, x.detach()]);
  return { ...Object.fromEntries(detached), loss: sound } as Results;
}
