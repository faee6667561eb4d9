import { defineOp, type Op } from "../autograd/op.ts";
import { withRecording } from "../autograd/recording.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { grad } from "../autograd/transforms.ts";
import type { Recurrence } from "../devices/device.ts";
import { type Shape, show, sizeOf } from "../shape.ts";
import { fusedKernel } from "./fused-kernel.ts";
import { chunk, concat, flatten, reshape, slice } from "./layout.ts";
import { gemm } from "./matmul.ts";
import { add, mul, sigmoid, sub, tanh } from "./pointwise.ts";
import { sum } from "./reduce.ts";

/**
 * A layer of gated recurrent units along sequences (Cho et al. 2014, in PyTorch's form). With state h and the part of each
 * item i of a sequence that comes from outside, x_r, x_z, x_n:
 *
 *     r = sigmoid(x_r + h W_rᵀ + b_r)      z = sigmoid(x_z + h W_zᵀ + b_z)
 *     n = tanh(x_n + r (h W_nᵀ + b_n))     h ← (1 − z) n + z h
 *
 * gates: [items, 3 width], x_r, x_z and x_n side by side. The items of all sequences lie one below the other as a
 * `Recurrence` says; start: [sequences, width], each one's first h; weight: [3 width, width], W_r, W_z and W_n; bias:
 * [3 width]. -> [items, width], the h after each item. Derivation: docs/derivations.md#gru.
 */
export const gru: Op<[gates: Tensor, start: Tensor, weight: Tensor, bias: Tensor, along: Recurrence]> = defineOp({
  name: "gru",
  kernel: "gru",
  names: ["gates", "start", "weight", "bias"],
  plan(gates: Tensor, start: Tensor, weight: Tensor, bias: Tensor, along: Recurrence) {
    const items = along.batchSizes.reduce((sum, count) => sum + count, 0);
    const [n, width] = [along.batchSizes[0] ?? 0, start.shape[1] ?? 0];
    if (width === 0)
      throw new RangeError(`gru: start is ${show(start.shape)}, needs [${n}, width] with a width of at least 1`);
    const wanted: readonly (readonly [name: string, given: Shape, needed: Shape])[] = [
      ["start", start.shape, [n, width]],
      ["gates", gates.shape, [items, 3 * width]],
      ["weight", weight.shape, [3 * width, width]],
      ["bias", bias.shape, [3 * width]],
    ];
    for (const [name, given, needed] of wanted) {
      if (show(given) !== show(needed)) {
        throw new RangeError(
          `gru: ${name} is ${show(given)}, needs ${show(needed)} for ${n} sequences with ${items} items in all`,
        );
      }
    }
    return { inputs: [gates, start, weight, bias], shape: [items, width], along };
  },
  compose: stepByStep,
  forward(device, [gates, start, weight, bias], { along, shape: [items, width] }) {
    const { y, trace } = fusedKernel(device, "gru")(gates, start, weight, bias, width, along);
    return { y, extras: { trace: [trace, [items, 4 * width]] } };
  },
  shared: {
    all: {
      of: (g, { gates, start, weight, bias, y, trace }, { along }) =>
        gruGradients(g, gates, start, weight, bias, y, trace, along),
      saves: ["gates", "start", "weight", "bias", "y", "trace"],
    },
  },
  vjp: [0, 1, 2, 3].map(
    (index) =>
      (_, { all }, { shapes }) =>
        part(all, shapes, index),
  ),
  saves: [["all"], ["all"], ["all"], ["all"]],
});

/** `gru` by other ops, a step at a time. */
function stepByStep(gates: Tensor, start: Tensor, weight: Tensor, bias: Tensor, along: Recurrence): Tensor {
  const { batchSizes, reverse } = along;
  let [end, state] = [0, start];
  const steps = Array.from(batchSizes, (count) => {
    end += count;
    return { count, input: slice(gates, { start: end - count, end }) };
  });
  const outputs = (reverse ? steps.reverse() : steps).map(({ count, input }) => {
    const before = slice(state, { end: count });
    const [xr, xz, xn] = chunk(input, 3, { dim: 1 });
    const [hr, hz, hn] = chunk(add(gemm(before, weight, { transposeB: true }), bias), 3, { dim: 1 });
    const [r, z] = [sigmoid(add(xr, hr)), sigmoid(add(xz, hz))];
    const n = tanh(add(xn, mul(r, hn)));
    const after = add(n, mul(z, sub(before, n)));
    state = concat([after, slice(state, { start: count })]);
    return after;
  });
  return outputs.length === 0 ? slice(start, { end: 0 }) : concat(reverse ? outputs.reverse() : outputs);
}

/** What `gruGradients` takes. */
type GradientArguments = [
  g: Tensor,
  gates: Tensor,
  start: Tensor,
  weight: Tensor,
  bias: Tensor,
  output: Tensor,
  trace: Tensor,
  along: Recurrence,
];

/**
 * The gradients of `gru` in gates, start, weight and bias, flat, one behind the other. y and `trace` are what `gru` gave for these very
 * inputs, so that it need not run again; their dependence on them is in the gradient.
 */
export const gruGradients: Op<GradientArguments> = defineOp({
  name: "gruGradients",
  kernel: "gruGradients",
  names: ["g", "gates", "start", "weight", "bias", "output", "trace"],
  plan: (...[g, gates, start, weight, bias, output, trace, along]: GradientArguments) => ({
    inputs: [g, gates, start, weight, bias, output, trace],
    shape: [gates.size + start.size + weight.size + bias.size],
    along,
  }),
  compose: (g, gates, start, weight, bias, _, __, along) =>
    withRecording(true, () => {
      const weighed = (...xs: Tensor[]): Tensor => {
        const [g, x, h, w, b] = xs;
        return sum(mul(g, stepByStep(x, h, w, b, along)));
      };
      // In g too, though nobody asks for that: behind it lie the gradients of later layers, which would be walked for nothing.
      const [, ...gradients] = grad(weighed)(g, gates, start, weight, bias);
      return concat(gradients.map((gradient) => flatten(gradient)));
    }),
  forward: (device, [g, , start, weight, , output, trace], { along, shapes: [[, width]] }) =>
    fusedKernel(device, "gruGradients")(g, start, weight, output, trace, width, along),
});

/** The gradient in one input out of those in all. */
function part(all: Tensor, shapes: readonly Shape[], index: number): Tensor {
  const start = shapes.slice(0, index).reduce((sum, shape) => sum + sizeOf(shape), 0);
  return reshape(slice(all, { start, end: start + sizeOf(shapes[index]) }), shapes[index]);
}
