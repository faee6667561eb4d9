import { hold, release } from "../autograd/scope.ts";
import type { Tensor } from "../autograd/tensor.ts";

/**
 * Tensors that outlive the scope in which they are made, until they are let go of: for work that goes through several
 * scopes with waiting in between. Add them inside; what a scope returns is no longer its own.
 */
export class Kept {
  readonly #tensors: Set<Tensor> = new Set();

  add(x: Tensor): Tensor {
    if (!this.#tensors.has(x)) hold(x.storage);
    this.#tensors.add(x);
    return x;
  }

  /** Lets go of one. */
  drop(x: Tensor): void {
    if (this.#tensors.delete(x)) release(x.storage);
  }

  /** Lets go of all. */
  end(): void {
    for (const x of this.#tensors) this.drop(x);
  }
}
