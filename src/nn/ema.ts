import { noGrad } from "../autograd/recording.ts";
import { scope } from "../autograd/scope.ts";
import { Parameter, type Tensor } from "../autograd/tensor.ts";
import { add, mul } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { sameShape, show } from "../shape.ts";
import type { Module } from "./module.ts";

/** What becomes of the buffers. */
export interface EmaOptions {
  /** Whether the target's become the source's: yes unless turned off, for a target with batches of its own, as MoCo's. */
  buffers?: boolean;
}

/**
 * Moves `target` towards `source`, an exponential moving average over the calls: every parameter becomes
 * momentum · target + (1 − momentum) · source (MoCo's key encoder, He et al. 2020). Buffers, such as running statistics,
 * are averages already and a count would not stay one: the target's become the source's, or stay. Throws unless momentum is in
 * 0..1, and, listing every difference by name, for modules that are not alike; then nothing was changed.
 */
export function ema(target: Module<never>, source: Module<never>, momentum: number, options: EmaOptions = {}): void {
  const { buffers = true } = checkOptions("ema", options, ["buffers"]);
  if (!(momentum >= 0 && momentum <= 1)) throw new RangeError(`ema: momentum must be in 0..1, got ${momentum}`);
  const [own, given] = [target, source].map((m) => new Map([...m.namedParameters(), ...m.namedBuffers()]));
  const problems = [...own].flatMap(([name, variable]) => difference(name, variable, given.get(name)));
  for (const name of given.keys()) if (!own.has(name)) problems.push(`the target has no "${name}"`);
  if (problems.length > 0) throw new Error(`ema: the modules differ, nothing was changed:\n  ${problems.join("\n  ")}`);
  scope(() =>
    noGrad(() => {
      for (const [name, variable] of own) {
        const next = given.get(name);
        if (next === undefined) continue;
        if (variable instanceof Parameter) variable.value = add(mul(variable, momentum), mul(next, 1 - momentum));
        else if (buffers) variable.value = next.value;
      }
    }),
  );
}

function difference(name: string, own: Tensor, given: Tensor | undefined): string[] {
  if (given === undefined) return [`the source has no "${name}"`];
  if (own instanceof Parameter !== given instanceof Parameter)
    return [`"${name}" is a parameter on one side, a buffer on the other`];
  if (!sameShape(own.shape, given.shape))
    return [`"${name}" is ${show(own.shape)} in the target, ${show(given.shape)} in the source`];
  if (own.device === given.device) return [];
  return [`"${name}" is on ${own.device.name} in the target, on ${given.device.name} in the source: move one model`];
}
