// `backward` returns gradients; nothing is stored on tensors and there is nothing to zero.
// You learn: leaves, backward, grad and valueAndGrad, second derivatives, noGrad.
import { grad, noGrad, type Tensor, tensor, valueAndGrad } from "align-uniform";

const w = tensor([1, -2, 3], { requiresGrad: true });
const x = tensor([2, 2, 2]);
const loss = w.mul(x).sum().square(); // (w · x)² = 16
const grads = loss.backward();
console.log("loss:", await loss.item());
console.log("d loss / d w = 2 (w · x) x:", await grads.get(w)?.data());
console.log("x is a constant, so it has:", grads.get(x));

// A value that is used twice receives the sum of both parts.
const used = tensor(3, { requiresGrad: true });
const twice = used.mul(used).add(used); // u² + u
console.log("d (u² + u) / du at 3:", await twice.backward().get(used)?.item());

// The functional form: a function in, its derivative out. It nests to any order.
const cube = (u: Tensor): Tensor => u.pow(3);
const first = (u: Tensor): Tensor => grad(cube)(u)[0];
const second = (u: Tensor): Tensor => grad(first)(u)[0];
const two = tensor(2);
console.log("u³ and its derivatives at 2:", await cube(two).item(), await first(two).item(), await second(two).item());

const { value, grads: parts } = valueAndGrad((p, q) => p.mul(q).sum())(tensor([1, 2]), tensor([3, 4]));
console.log("p · q:", await value.item(), "by p:", await parts[0].data(), "by q:", await parts[1].data());

console.log("recorded inside noGrad:", noGrad(() => w.mul(2)).requiresGrad);
