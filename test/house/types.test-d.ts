// Wrong use that must not compile, beside right use that must. `tsc --noEmit -p .` checks this file and nobody runs it:
// a line below `@ts-expect-error` that compiles after all is itself an error.
import {
  Adam,
  add,
  alignLoss,
  alignUniformLoss,
  type BinaryOp,
  cachedTrainStep,
  checkGradients,
  concat,
  generator,
  inChunks,
  Linear,
  Module,
  matmul,
  normalize,
  Parameter,
  reference,
  SGD,
  sum,
  type Tensor,
  tensor,
  trainStep,
  type UnaryOp,
  unary,
  uniformLoss,
} from "align-uniform";

declare const x: Tensor;
const g = generator(0);

// Values.
tensor([[1], [2]]);
// @ts-expect-error strings are not numbers
tensor(["1", "2"]);
// @ts-expect-error no such option
tensor([1], { dtype: "float64" });
// @ts-expect-error a tensor's values are read with data() or item()
x.values;
// @ts-expect-error tensors are immutable
x.shape = [1];
// @ts-expect-error so are shapes
x.shape[0] = 1;

// Ops.
const sums: Tensor = add(1, x).add(2);
// @ts-expect-error an operand is a tensor or a number
add(x, "1");
// @ts-expect-error the same for the method
x.add("1");
// @ts-expect-error matmul takes two tensors
matmul(x, 2);
// @ts-expect-error a misspelt option
sum(x, { dims: 0 });
// @ts-expect-error the same for the method
x.sum({ axis: 0 });
// @ts-expect-error softmax must be told along which dimension
x.softmax();
// @ts-expect-error there is no such method
x.exponential();

// An op of one's own.
const twice: UnaryOp = unary("twice", { f: (a) => 2 * a, vjp: (grad) => grad.mul(2) });
// @ts-expect-error a unary op takes one tensor
twice(x, x);
// @ts-expect-error and is no binary op
const wrong: BinaryOp = twice;
// @ts-expect-error an op without a gradient says so: vjp is null
unary("twice", { f: (a) => 2 * a });
// @ts-expect-error only x and y can be saved
unary("twice", { f: (a) => 2 * a, vjp: (grad) => grad, saves: ["z"] });

// Losses.
alignLoss(x, x, { alpha: 1 });
// @ts-expect-error alignment needs two views
alignLoss(x);
// @ts-expect-error t belongs to uniformLoss
alignLoss(x, x, { t: 2 });
// @ts-expect-error the weights have names
alignUniformLoss(x, x, { lambda: 1 });
const { loss, align, uniform } = alignUniformLoss(x, x);
const all: readonly Tensor[] = [loss, align, uniform];
// @ts-expect-error a loss is a tensor; await loss.item() is the number
const number: number = uniformLoss(x);

// Layers and optimizers.
const layer: Linear = new Linear(2, 3, { generator: g });
// @ts-expect-error weights are drawn from a generator that is given
new Linear(2, 3);
// @ts-expect-error without one the options are not complete
new Linear(2, 3, { bias: false });
// @ts-expect-error a seed is not a generator
new Linear(2, 3, { generator: 0 });
// @ts-expect-error SGD needs a learning rate
new SGD(layer.parameters(), {});
// @ts-expect-error optimizers take the parameters, not the model
new Adam(layer);
// @ts-expect-error a Parameter's value is a tensor
new Parameter(x).value = 3;
// @ts-expect-error a module has forward
class Headless extends Module {}
class Head extends Module {
  forward(features: Tensor): Tensor {
    return normalize(features);
  }
}
trainStep(new Adam(layer.parameters()), (batch: Tensor) => ({ loss: layer.forward(batch).mean() }));
// @ts-expect-error a step names its loss
trainStep(new Adam(layer.parameters()), (batch: Tensor) => ({ value: layer.forward(batch).mean() }));
const cached = cachedTrainStep(new Adam(layer.parameters()), {
  encode: ([a, b]: readonly [Tensor, Tensor]) => layer.forward(concat([a, b])).chunk(2),
  loss: (a, b) => alignUniformLoss(a, b),
  modules: [layer],
});
const uniformity: Promise<Tensor> = cached(inChunks(8, x, x)).then((results) => results.uniform);
cached(() => [[x, x]]);
// @ts-expect-error a chunk is what encode takes
cached(inChunks(8, x));
// @ts-expect-error modules are told, if only that there are none
cachedTrainStep(new Adam(layer.parameters()), { encode: (a: Tensor) => [a], loss: (a) => ({ loss: a.mean() }) });
cachedTrainStep(new Adam(layer.parameters()), {
  encode: (a: Tensor): [Tensor] => [a],
  // @ts-expect-error the loss takes as many features as encode gives
  loss: (a: Tensor, b: Tensor) => alignUniformLoss(a, b),
  modules: [],
});
inChunks(2, new Int32Array(4), ["a", "b", "c", "d"]);
// @ts-expect-error a generator has no rows
inChunks(2, g);

// Randomness and devices.
g.normal([2, 3], { device: reference("float64") });
// @ts-expect-error a device decides between float32 and float64, and no other
reference("float16");
// @ts-expect-error checkGradients takes an array of inputs
checkGradients(twice, x);
// @ts-expect-error the order is 1 or 2
checkGradients(twice, [x], { order: 3 });

export { all, Head, Headless, number, sums, uniformity, wrong };
