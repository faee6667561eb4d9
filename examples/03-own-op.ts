// An op of your own is one object: what it computes and its gradient, written with other ops.
// You learn: unary, and defineOp for anything that is not elementwise.
import { defineOp, type Op, sigmoid, type Tensor, tensor, unary } from "align-uniform";

/** log(1 + eˣ), a smooth relu. Its derivative is the sigmoid. */
const softplus = unary("softplus", {
  f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), // does not overflow
  vjp: (g, { x }) => g.mul(sigmoid(x)),
  saves: ["x"],
});

const x = tensor([-2, 0, 100], { requiresGrad: true });
const y = softplus(x);
console.log("softplus:", await y.data());
console.log("its slope:", await y.sum().backward().get(x)?.data());

/** Sums of neighbours, y_i = x_i + x_{i+1}: [n] -> [n − 1]. Linear, so the vjp is its transpose and saves nothing. */
const neighbours: Op<[x: Tensor]> = defineOp({
  name: "neighbours",
  names: ["x"],
  plan(x: Tensor) {
    const [n] = x.shape;
    if (x.shape.length !== 1 || n < 2) throw new RangeError(`neighbours: needs [n] with n >= 2, got [${x.shape}]`);
    return { inputs: [x], shape: [n - 1] };
  },
  // Kernels see views: strides and offsets into a row of numbers.
  forward({ kernels }, [x], { shape }) {
    const left = kernels.copy(x, { shape, strides: [1], offset: 0 });
    const right = kernels.copy(x, { shape, strides: [1], offset: 1 });
    const sum = kernels.zip({ name: "add", f: (a, b) => a + b }, left, [1], right, [1], shape);
    left.free();
    right.free();
    return sum;
  },
  vjp: [(g) => g.pad([[0, 1]], 0).add(g.pad([[1, 0]], 0))],
});

const z = tensor([1, 2, 3, 4], { requiresGrad: true });
console.log("neighbours:", await neighbours(z).data());
console.log("each inner entry counts twice:", await neighbours(z).sum().backward().get(z)?.data());
