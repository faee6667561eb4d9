import { type Tensor, upload } from "../autograd/tensor.ts";
import { defaultDevice } from "../devices/default.ts";
import type { Device } from "../devices/device.ts";
import { checkOptions } from "../options.ts";
import { Random } from "../random.ts";
import { checkShape, type Shape, sizeOf } from "../shape.ts";
import { mul } from "./pointwise.ts";

/** Interval and device of a uniform draw. */
export interface UniformDraw {
  device?: Device;
  low?: number;
  high?: number;
}

/** Mean, standard deviation and device of a normal draw. */
export interface NormalDraw {
  device?: Device;
  mean?: number;
  std?: number;
}

/** The public face of `Random`: every random number in this library is drawn from one of these, given as an argument. */
export interface Generator extends Pick<Random, "permutation" | "below" | "float" | "getState" | "setState"> {
  /** U(low, high), [0, 1) unless given. */
  uniform(shape: Shape, options?: UniformDraw): Tensor;
  /** N(mean, std²), standard normal unless given. */
  normal(shape: Shape, options?: NormalDraw): Tensor;
  /** An independent generator that depends on this one's state and `name` alone; this one does not move. */
  fork(name: string): Generator;
}

/** A generator of random tensors and orders; the same seed (0..2^53-1) gives the same numbers in every release. */
export function generator(seed: number): Generator {
  return generatorOf(new Random(seed));
}

function generatorOf(random: Random): Generator {
  return {
    uniform(shape, options = {}) {
      const { device, low, high } = checkOptions("uniform", options, ["device", "low", "high"]);
      return draw("uniform", shape, device, (out) => random.fillUniform(out, low, high));
    },
    normal(shape, options = {}) {
      const { device, mean, std } = checkOptions("normal", options, ["device", "mean", "std"]);
      return draw("normal", shape, device, (out) => random.fillNormal(out, mean, std));
    },
    permutation: (n) => random.permutation(n),
    below: (n) => random.below(n),
    float: () => random.float(),
    fork: (name) => generatorOf(random.fork(name)),
    getState: () => random.getState(),
    setState: (state) => random.setState(state),
  };
}

function draw(what: string, shape: Shape, device: Device = defaultDevice(), fill: (out: Float64Array) => void): Tensor {
  checkShape(shape, what);
  const values = new Float64Array(sizeOf(shape));
  fill(values);
  return upload(values, [...shape], device);
}

/** Each entry of x is 0 with probability p, else x / (1 − p). p in 0..1; the mask is drawn from `g`. */
export function dropout(x: Tensor, p: number, g: Generator): Tensor {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`dropout: p must be in 0..1, got ${p}`);
  const mask = Float64Array.from({ length: x.size }, () => (g.float() < p ? 0 : 1 / (1 - p)));
  return mul(x, upload(mask, x.shape, x.device));
}
