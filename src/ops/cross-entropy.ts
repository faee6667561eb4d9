import { defineOp, type Op } from "../autograd/op.ts";
import { Tensor } from "../autograd/tensor.ts";
import { sameShape, show } from "../shape.ts";
import { fusedKernel } from "./fused-kernel.ts";
import { div, keepWhere, mul, neg, sub } from "./pointwise.ts";
import { logSoftmax, mean, softmax, sum } from "./reduce.ts";
import { checkedIndices, type Integers, oneHot } from "./rows.ts";

/**
 * −mean over rows of Σ_c target_c log softmax(logits)_c. `logits`: [n, classes]; `target`: n labels, or [n, classes]
 * probabilities, through which the gradient flows too.
 * Derivation: docs/derivations.md#crossentropy.
 */
export const crossEntropy: Op<[logits: Tensor, target: Integers | Tensor]> = defineOp({
  name: "crossEntropy",
  kernel: "crossEntropy",
  names: ["logits", "target"],
  plan(logits: Tensor, target: Integers | Tensor) {
    if (logits.shape.length !== 2 || logits.size === 0) {
      throw new RangeError(`crossEntropy: logits must be [n, classes], not empty, got ${show(logits.shape)}`);
    }
    return { shape: [], ...targets("crossEntropy", logits, target) };
  },
  compose(logits, target) {
    const logp = logSoftmax(logits, { dim: 1 });
    if (target instanceof Tensor) return neg(mean(sum(mul(target, logp), { dim: 1 })));
    const chosen = oneHot(target, logits.shape[1], { device: logits.device });
    return neg(mean(sum(keepWhere(chosen, logp), { dim: 1 })));
  },
  forward(device, [logits, target], { labels, shapes: [[n, classes]] }) {
    const { y, totals } = fusedKernel(device, "crossEntropy")(logits, labels ?? target, n, classes);
    return { y, extras: { totals: [totals, [n]] } };
  },
  vjp: [
    (g, { logits, totals, target }, { labels }) => mul(g, crossEntropyInput(logits, totals, labels ?? target)),
    (g, { logits }) => mul(g, div(logSoftmax(logits, { dim: 1 }), -logits.shape[0])),
  ],
  saves: [["logits", "totals", "target"], ["logits"]],
});

/**
 * The gradient of `crossEntropy` in its logits, (softmax(logits) Σ_c target_c − target) / n. `totals`: the `logSumExp` of each of
 * these very rows, so that it need not be computed again; its dependence on them is in the gradient. -> [n, classes]
 */
export const crossEntropyInput: Op<[logits: Tensor, totals: Tensor, target: Integers | Tensor]> = defineOp({
  name: "crossEntropyInput",
  kernel: "crossEntropyInput",
  names: ["logits", "target", "totals"],
  plan(logits: Tensor, totals: Tensor, target: Integers | Tensor) {
    const { inputs, labels } = targets("crossEntropyInput", logits, target);
    return { inputs: [...inputs, totals], shape: logits.shape, labels };
  },
  compose(logits, _, target) {
    const p = softmax(logits, { dim: 1 });
    const [n, classes] = logits.shape;
    if (!(target instanceof Tensor)) return div(sub(p, oneHot(target, classes, { device: logits.device })), n);
    return div(sub(mul(p, sum(target, { dim: 1, keepdim: true })), target), n);
  },
  forward: (device, [logits, target, totals], { labels, shapes: [[n, classes]] }) =>
    fusedKernel(device, "crossEntropyInput")(logits, totals, labels ?? target, n, classes),
});

/** Labels, checked, or probabilities as a second input; beside labels that is the logits once more, as a constant. */
function targets(
  what: string,
  logits: Tensor,
  target: Integers | Tensor,
): { inputs: readonly [Tensor, Tensor]; labels: Int32Array | undefined } {
  if (target instanceof Tensor) {
    if (sameShape(target.shape, logits.shape)) return { inputs: [logits, target], labels: undefined };
    throw new RangeError(`${what}: logits ${show(logits.shape)} but probabilities ${show(target.shape)}`);
  }
  const [n, classes] = logits.shape;
  if (target.length !== n) throw new RangeError(`${what}: logits ${show(logits.shape)} but ${target.length} labels`);
  return { inputs: [logits, logits.detach()], labels: checkedIndices(`${what}: labels`, target, classes) };
}
