import { hold, release } from "../autograd/scope.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Storage } from "../devices/device.ts";

/**
 * Tensors that outlive the scope in which they are made, until they are let go of: for work that goes through several
 * scopes with waiting in between. Add them inside; what a scope returns is no longer its own.
 */
export class Kept {
  // With what each held when it was added: a Parameter may have taken another value since.
  readonly #storages: Map<Tensor, Storage> = new Map();

  add(x: Tensor): Tensor {
    if (this.#storages.has(x)) return x;
    hold(x.storage);
    this.#storages.set(x, x.storage);
    return x;
  }

  /** Lets go of one. */
  drop(x: Tensor): void {
    const storage = this.#storages.get(x);
    if (storage === undefined) return;
    this.#storages.delete(x);
    release(storage);
  }

  /** Lets go of all. */
  end(): void {
    for (const x of this.#storages.keys()) this.drop(x);
  }
}
