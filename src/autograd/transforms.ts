import { gradientsOf, reachable } from "./backward.ts";
import { defineOp, type Op } from "./op.ts";
import { recording } from "./recording.ts";
import { type Tensor, upload } from "./tensor.ts";

/** x itself under a name of its own: what `grad` differentiates with respect to, so that `grad` can be nested. */
export const identity: Op<[x: Tensor]> = defineOp({
  name: "identity",
  names: ["x"],
  plan: (x: Tensor) => ({ inputs: [x], shape: x.shape }),
  forward: (_, [x]) => x,
  vjp: [(g) => g],
});

type Differentiable = (...xs: Tensor[]) => Tensor;

/**
 * The function that computes the value of `f` (a scalar) and its gradient with respect to every argument.
 * Nests to any order: `grad((x) => grad(f)(x)[0].sum())`. An argument that `f` does not use has gradient 0.
 */
export function valueAndGrad(f: Differentiable): (...xs: Tensor[]) => { value: Tensor; grads: Tensor[] } {
  return (...xs) => {
    const marked = xs.map((x) => (x.requiresGrad ? identity(x) : x.withGrad()));
    const value = f(...marked);
    const nodes = marked.map((x) => x.node);
    const reached = value.node ? reachable(value.node) : [];
    // The result is differentiable in turn if an argument has a history, or if f closes over a tensor that has one.
    const nested = reached.some((node) => node.vjp === undefined && !nodes.includes(node));
    const found =
      (reached.length > 0 || !recording()) &&
      gradientsOf(value, { createGraph: nested }, (node) => nodes.includes(node));
    const zeros = (x: Tensor): Tensor => upload(new Float32Array(x.size), x.shape, x.device);
    const grads = marked.map((x) => (found && x.node && found.get(x.node)) || zeros(x));
    return { value: nested ? value : value.detach(), grads };
  };
}

/** The function that computes the gradients of `f` (a scalar) with respect to every argument. */
export function grad(f: Differentiable): (...xs: Tensor[]) => Tensor[] {
  return (...xs) => valueAndGrad(f)(...xs).grads;
}
