import type { Storage } from "../devices/device.ts";
import { letGo, sweep } from "./scope.ts";
import type { Node, Tensor } from "./tensor.ts";

/**
 * Who still needs which storage while a graph is walked for the last time: each node that saved it, each gradient under
 * way, and what is to be kept. What nobody needs any more goes back to the device at once, not at the end of the scope.
 */
export class Ledger {
  readonly #needs = new Map<Storage, number>();

  /** Frees what the open scope has made and neither the nodes nor the kept tensors need. */
  constructor(nodes: readonly Node[], kept: readonly Tensor[]) {
    for (const tensor of kept) this.need(tensor);
    for (const { saved } of nodes) for (const { tensor } of saved.values()) this.need(tensor);
    sweep(this.#needs);
  }

  need({ storage }: Tensor): void {
    this.#needs.set(storage, (this.#needs.get(storage) ?? 0) + 1);
  }

  /** Takes a need back. */
  done({ storage }: Tensor): void {
    const left = (this.#needs.get(storage) ?? 0) - 1;
    this.#needs.set(storage, left);
    if (left <= 0) letGo(storage);
  }
}
