import type { Parameter } from "../autograd/tensor.ts";
import type { OnnxGraph, OnnxValue } from "./onnx-graph.ts";

/** What puts r, z and n, as PyTorch and we have them side by side, in ONNX's order: z, r, n; with a dimension of 1 before them. */
export function reordering(graph: OnnxGraph, hidden: number): (weight: Parameter) => OnnxValue {
  const rows = Array.from({ length: 3 * hidden }, (_, i) =>
    BigInt(i < hidden ? i + hidden : i < 2 * hidden ? i - hidden : i),
  );
  const order = graph.constant("order", BigInt64Array.from(rows), [3 * hidden]);
  const axis = graph.constant("axis", BigInt64Array.of(0n), [1]);
  return (weight) => {
    const turned = graph.node("Gather", [weight, order], weight.shape);
    return graph.node("Unsqueeze", [turned, axis], [1, ...weight.shape]);
  };
}

/** Values of one shape, [1, ...], one behind the other. */
export function joined(graph: OnnxGraph, values: readonly OnnxValue[], count: number): OnnxValue {
  if (count === 1) return values[0];
  return graph.node("Concat", values, [count, ...values[0].shape.slice(1)], { axis: { int: 0 } });
}
