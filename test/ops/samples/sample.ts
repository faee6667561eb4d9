import type { Tensor } from "../../../src/autograd/tensor.ts";
import type { Shape } from "../../../src/shape.ts";

/** Random choices from which a call of an op is built; fast-check makes them. */
export interface Chooser {
  /** A whole number in low..high. */
  int(low: number, high: number): number;
  /** One of the given values. */
  pick<T>(...values: T[]): T;
  /** A shape with sizes in 0..5, or from `smallest` on; its rank in 0..4, or as given. */
  shape(rank?: readonly [number, number], smallest?: number): number[];
  /** Two shapes that broadcast to one. */
  broadcastPair(): [number[], number[]];
}

/** A valid call: what the inputs look like, and the call given tensors of those shapes. */
export interface Sample {
  readonly inputs: readonly Shape[];
  call(...inputs: Tensor[]): Tensor;
}

/** How a function is tried: random valid calls, and wrong ones with what their messages must say. */
export interface Trial {
  sample(choose: Chooser): Sample;
  readonly errors?: readonly (Sample & { readonly message: RegExp })[];
}

/** Trials by the name of the function. */
export type Samples = Readonly<Record<string, Trial>>;
