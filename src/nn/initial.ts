import { zeros } from "../autograd/create.ts";
import { Parameter } from "../autograd/tensor.ts";
import type { Device } from "../devices/device.ts";
import type { Generator } from "../ops/index.ts";
import { type Shape, sizeOf } from "../shape.ts";

/** Where the weights of a layer come from, and whether there is a bias. */
export interface InitialOptions {
  /** Draws the initial weights. */
  generator: Generator;
  /** Whether to add a bias: yes unless turned off. */
  bias?: boolean;
  /** The weight starts from N(0, std²) and the bias from 0; unless given, both as PyTorch's. */
  std?: number;
  device?: Device;
}

/** What a layer learns. */
export interface Learnt {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
}

/**
 * A weight of `shape`, [outputs, ...], and a bias, [outputs], from U(−1/√fan, 1/√fan), where fan is the product of the other
 * sizes: PyTorch's default (kaiming uniform with a = √5). Or as `std` says, which throws unless it is a number >= 0.
 */
export function initial(what: string, shape: Shape, options: InitialOptions): Learnt {
  const { generator, bias = true, std, device } = options;
  if (std !== undefined && !(std >= 0 && std < Infinity)) {
    throw new RangeError(`${what}: std must be a number >= 0, got ${std}`);
  }
  const bound = 1 / Math.sqrt(sizeOf(shape.slice(1)));
  const uniform = (of: Shape): Parameter => new Parameter(generator.uniform(of, { low: -bound, high: bound, device }));
  const outputs = shape.slice(0, 1);
  if (std === undefined) return { weight: uniform(shape), bias: bias ? uniform(outputs) : undefined };
  const weight = new Parameter(generator.normal(shape, { std, device }));
  return { weight, bias: bias ? new Parameter(zeros(outputs, { device })) : undefined };
}
