import { type Composite, defineComposite } from "../autograd/op.ts";
import { type Tensor, upload } from "../autograd/tensor.ts";
import { defaultDevice } from "../devices/default.ts";
import type { Device } from "../devices/device.ts";
import { checkOptions } from "../options.ts";
import { Random, type RandomState } from "../random.ts";
import { checkShape, type Shape, sizeOf } from "../shape.ts";
import { mul } from "./pointwise.ts";

export interface UniformDraw {
  device?: Device;
  low?: number;
  high?: number;
}

export interface NormalDraw {
  device?: Device;
  mean?: number;
  std?: number;
}

/** The public face of `Random`: every random number in this library is drawn from one of these, given as an argument. */
export class Generator {
  readonly #random: Random;

  /** Users call `generator(seed)`. */
  constructor(random: Random) {
    this.#random = random;
  }

  /** U(low, high), [0, 1) unless given. */
  uniform(shape: Shape, options: UniformDraw = {}): Tensor {
    const { device, low, high } = checkOptions("uniform", options, ["device", "low", "high"]);
    return draw("uniform", shape, device, (out) => this.#random.fillUniform(out, low, high));
  }

  /** N(mean, std²), standard normal unless given. */
  normal(shape: Shape, options: NormalDraw = {}): Tensor {
    const { device, mean, std } = checkOptions("normal", options, ["device", "mean", "std"]);
    return draw("normal", shape, device, (out) => this.#random.fillNormal(out, mean, std));
  }

  /** A random order of 0..n-1. */
  permutation(n: number): Int32Array {
    return this.#random.permutation(n);
  }

  /** A uniform whole number in 0..n-1. */
  below(n: number): number {
    return this.#random.below(n);
  }

  /** One uniform number in [0, 1). */
  float(): number {
    return this.#random.float();
  }

  /** An independent generator that depends on this one's state and `name` alone; this one does not move. */
  fork(name: string): Generator {
    return new Generator(this.#random.fork(name));
  }

  getState(): RandomState {
    return this.#random.getState();
  }

  setState(state: RandomState): void {
    this.#random.setState(state);
  }
}

/** A generator of random tensors and orders; the same seed (0..2^53-1) gives the same numbers in every release. */
export function generator(seed: number): Generator {
  return new Generator(new Random(seed));
}

function draw(what: string, shape: Shape, device: Device = defaultDevice(), fill: (out: Float64Array) => void): Tensor {
  checkShape(shape, what);
  const values = new Float64Array(sizeOf(shape));
  fill(values);
  return upload(values, [...shape], device);
}

/** Each entry of x is 0 with probability p, else x / (1 − p). p in 0..1; the mask is drawn from `g`. */
export const dropout: Composite<[x: Tensor, p: number, g: Generator]> = defineComposite({
  name: "dropout",
  compose(x: Tensor, p: number, g: Generator) {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`dropout: p must be in 0..1, got ${p}`);
    const mask = Float64Array.from({ length: x.size }, () => (g.float() < p ? 0 : 1 / (1 - p)));
    return mul(x, upload(mask, x.shape, x.device));
  },
  sample(choose) {
    const seed = choose.int(0, 1000);
    return { inputs: [choose.shape()], call: (x) => dropout(x, 0.3, generator(seed)) };
  },
  errors: [
    { inputs: [[2]], call: (x) => dropout(x, 1.5, generator(0)), message: /dropout: p must be in 0..1, got 1.5/ },
  ],
});
