// Tensors are immutable arrays of numbers. Every op is a function and, on its first argument, a method.
// You learn: making tensors, broadcasting, reductions, reading numbers back, seeded randomness.
import { arange, generator, matmul, ones, tensor } from "align-uniform";

const a = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
console.log(a); // as NumPy would print it, after shape and device

const b = a.add(10).mul(arange(3)); // [2, 3] with a number, then with [3]: shapes align from the right
console.log("broadcast:", b.toString());

console.log("row sums:", await a.sum({ dim: 1 }).data());
console.log("mean and standard deviation:", await a.mean().item(), (await a.variance().sqrt().item()).toFixed(4));

const product = matmul(a, ones([3, 2])); // [2, 3] x [3, 2] -> [2, 2]
console.log("a product of shape", product.shape, "is", await product.data());

// Shapes that do not fit are named, both of them.
try {
  a.add(tensor([1, 2]));
} catch (error) {
  console.log("error:", (error as Error).message);
}

// There is no global randomness: numbers come from a generator, and the same seed gives the same numbers.
const first = await generator(7).normal([2]).data();
const again = await generator(7).normal([2]).data();
console.log(
  "same seed, same numbers:",
  first.every((x, i) => x === again[i]),
);
