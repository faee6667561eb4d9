import { checkOptions } from "../options.ts";
import { sameShape, show } from "../shape.ts";
import { Gradients } from "./gradients.ts";
import { Ledger } from "./ledger.ts";
import { defineOp, type Op } from "./op.ts";
import { withRecording } from "./recording.ts";
import { scope } from "./scope.ts";
import { type Node, type Tensor, upload } from "./tensor.ts";

/** a + b of one shape: the one op that backward itself needs, to sum the gradients of a value used twice. */
export const accumulate: Op<[a: Tensor, b: Tensor]> = defineOp({
  name: "accumulate",
  names: ["a", "b"],
  plan: (a: Tensor, b: Tensor) => ({ inputs: [a, b], shape: a.shape }),
  forward: ({ kernels }, [a, b]) => kernels.zip(plus, a, [1], b, [1], [a.size]),
  vjp: [(g) => g, (g) => g],
});

const plus = { name: "add", f: (a: number, b: number) => a + b };

/**
 * Gradients of `loss` with respect to every leaf it reaches (tensors made with `requiresGrad`, Parameters).
 * `gradient` is the gradient with respect to `loss` itself: needed unless it has one element, where it is 1.
 * With `createGraph` the gradients are recorded and have gradients themselves. The graph can be walked again.
 * Throws if `loss` does not depend on a leaf, or if a saved value was freed or replaced since.
 */
export function backward(loss: Tensor, options: BackwardOptions = {}): Gradients {
  return new Gradients(gradientsOf(loss, options, (node) => node.vjp === undefined));
}

/**
 * The same for a graph that is never walked again, inside a scope: each value goes back to the device as soon as its last
 * reader is done, and at once whatever f made that nothing reads. `kept` are not freed. So memory is at its peak when
 * backward begins.
 */
export function backwardOnce(loss: Tensor, kept: readonly Tensor[]): Gradients {
  return new Gradients(gradientsOf(loss, {}, (node) => node.vjp === undefined, kept));
}

/** Where backward starts, and whether its own work is recorded. */
export interface BackwardOptions {
  /** The gradient with respect to the tensor itself: needed unless it has one element. */
  gradient?: Tensor;
  /** Whether the gradients have gradients themselves: no unless given. */
  createGraph?: boolean;
}

type Choice = (node: Node) => boolean;

/** The gradients of `loss` at the nodes that `wanted` picks. With `kept` the graph is walked for the last time. */
export function gradientsOf(
  loss: Tensor,
  options: BackwardOptions,
  wanted: Choice,
  kept?: readonly Tensor[],
): Map<Node, Tensor> {
  const { gradient, createGraph = false } = checkOptions("backward", options, ["gradient", "createGraph"]);
  const root = loss.node;
  if (root === undefined) {
    throw new TypeError("backward: this tensor depends on none that requires a gradient, or was made in noGrad");
  }
  return withRecording(createGraph, () => {
    const nodes = reachable(root);
    const ledger = kept && new Ledger(nodes, kept);
    const pending = new Map<Node, Tensor>();
    const found = new Map<Node, Tensor>();
    /** Adds to the gradient of a node. */
    const arrive = (node: Node, part: Tensor): void => {
      const before = pending.get(node);
      const sum = before ? accumulate(before, part) : part;
      pending.set(node, sum);
      ledger?.need(part);
      if (before === undefined) return;
      ledger?.need(sum);
      for (const summand of [before, part]) ledger?.done(summand);
    };
    arrive(root, seed(loss, gradient));
    for (const node of nodes) {
      const g = pending.get(node);
      pending.delete(node);
      if (g && wanted(node))
        found.set(node, g); // and no further: what lies behind it was not asked for
      else if (g && node.vjp) {
        const parts = (): [Node, Tensor][] => gradientsAt(node, g);
        for (const [input, part] of ledger ? scope(parts) : parts()) arrive(input, part);
        ledger?.done(g);
      }
      for (const { tensor } of node.saved.values()) ledger?.done(tensor);
    }
    return found;
  });
}

/** What a node gives to each of its inputs that has a node, from its own gradient. */
function gradientsAt(node: Node, g: Tensor): [Node, Tensor][] {
  const saved = readSaved(node); // to which vjps add what they share
  return node.inputs.flatMap((input, index): [Node, Tensor][] => {
    const part = input && node.vjp?.(index, g, saved);
    if (!part) return [];
    if (!sameShape(part.shape, input.shape)) {
      const shapes = `${show(part.shape)}, the input ${show(input.shape)}`;
      throw new Error(`${node.name}: the gradient of input ${index} has shape ${shapes}`);
    }
    return [[input, part]];
  });
}

/** All nodes that `root` depends on, itself included, outputs before inputs. Iterative: graphs may be deep. */
export function reachable(root: Node): Node[] {
  const seen = new Set([root]);
  for (const node of seen) {
    for (const input of node.inputs) if (input) seen.add(input); // a Set visits what is added while it is walked
  }
  return [...seen].sort((a, b) => b.id - a.id);
}

function readSaved(node: Node): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const [name, { tensor, version }] of node.saved) {
    const what = `backward: ${node.name} saved "${name}", `;
    if (tensor.version !== version) {
      throw new Error(`${what}a Parameter or Buffer whose value was replaced since; run the forward pass again`);
    }
    if (tensor.storage.freed) {
      throw new Error(`${what}which was freed when its scope ended; call backward inside that scope`);
    }
    tensors[name] = tensor;
  }
  return tensors;
}

/** The gradient that backward starts from: the given one, or 1 for a single element. */
function seed(loss: Tensor, gradient: Tensor | undefined): Tensor {
  if (gradient === undefined && loss.size !== 1) {
    const remedy = "reduce it (sum, mean) or pass { gradient } of that shape";
    throw new TypeError(`backward: needs a scalar, got shape ${show(loss.shape)}; ${remedy}`);
  }
  if (gradient && !sameShape(gradient.shape, loss.shape)) {
    throw new RangeError(`backward: gradient has shape ${show(gradient.shape)}, the tensor ${show(loss.shape)}`);
  }
  return gradient ?? upload([1], loss.shape, loss.device);
}
