import type { Storage } from "../devices/device.ts";
import { Holder } from "./scope.ts";
import type { Node, Tensor } from "./tensor.ts";

/** What `backward` returns: a gradient for every leaf the loss reaches. Immutable; nothing is stored on tensors. */
export class Gradients extends Holder {
  readonly #byNode: ReadonlyMap<Node, Tensor>;

  constructor(byNode: ReadonlyMap<Node, Tensor>) {
    super();
    this.#byNode = byNode;
  }

  /** The gradient of leaf `x`, shaped like it; undefined if the loss does not reach it. */
  get(x: Tensor): Tensor | undefined {
    return x.node && this.#byNode.get(x.node);
  }

  /** All gradients, in no particular relation to parameters; for norms. */
  values(): Tensor[] {
    return [...this.#byNode.values()];
  }

  /** The same leaves with `f` of each gradient. */
  map(f: (gradient: Tensor) => Tensor): Gradients {
    return new Gradients(new Map([...this.#byNode].map(([node, g]) => [node, f(g)])));
  }

  /** @internal */
  override storages(): Storage[] {
    return this.values().map((g) => g.storage);
  }
}
