import { backward } from "../../src/autograd/backward.ts";
import { noGrad } from "../../src/autograd/recording.ts";
import { generator, type Tensor } from "../../src/index.ts";
import type { Module } from "../../src/nn/index.ts";
import { add, mul, sum } from "../../src/ops/index.ts";

/**
 * Furthest that the slope of `y` in one of the weights, along a random direction and seen by a random cotangent, is from what differences
 * see, as a fraction of its terms' size. In float64. Throws for a weight in which the slope is 0: it would prove nothing.
 */
export function slopeError(module: Module<never>, y: () => Tensor): number {
  const draw = generator(7);
  const { device } = module.parameters()[0];
  const cotangent = draw.normal(noGrad(y).shape, { device });
  const weighed = (): Tensor => sum(mul(y(), cotangent));
  const grads = backward(weighed());
  const errors = module.namedParameters().map(([name, p]) => {
    const [direction, gradient] = [draw.normal(p.shape, { device }), grads.get(p)];
    const terms = gradient ? mul(gradient, direction) : undefined;
    const scale = terms?.abs().sum().itemSync() ?? 0;
    if (terms === undefined || scale === 0) throw new Error(`${name}: the slope is 0`);
    const [value, h] = [p.value, Math.cbrt(Number.EPSILON)];
    const at = (step: number): number => {
      p.value = add(value, mul(direction, step));
      return noGrad(weighed).itemSync();
    };
    const numeric = (at(h) - at(-h)) / (2 * h);
    p.value = value;
    return Math.abs(sum(terms).itemSync() - numeric) / scale;
  });
  return Math.max(...errors);
}
