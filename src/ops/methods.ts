import { backward } from "../autograd/backward.ts";
import { Tensor } from "../autograd/tensor.ts";
import * as ops from "./index.ts";

/** The ops that are also methods of Tensor: `x.mul(y)` is `mul(x, y)`. */
// biome-ignore format: one line a family
const names = [
  "add", "addRelu", "sub", "mul", "div", "pow", "maximum", "minimum", "greater", "equal", "where",
  "neg", "exp", "log", "sqrt", "abs", "square", "relu", "gelu", "sigmoid", "tanh", "erf", "sign", "clamp",
  "sum", "mean", "variance", "max", "min", "argmax", "logSumExp", "norm", "softmax", "logSoftmax",
  "reshape", "flatten", "squeeze", "unsqueeze", "permute", "transpose", "expand", "slice", "chunk", "pad", "take",
  "matmul", "conv2d", "convTranspose2d", "maxPool2d", "avgPool2d", "normalize", "layerNorm", "batchNorm",
  "pdist", "cdist", "squaredDistances", "dropout", "crossEntropy", "gemm", "unfold", "fold", "scatterAdd", "sumTo", "keepWhere",
] as const;

type Method<F> = F extends (first: Tensor, ...rest: infer Rest) => infer Result ? (...rest: Rest) => Result : never;

type Methods = { [Name in (typeof names)[number]]: Method<(typeof ops)[Name]> } & { backward: Method<typeof backward> };

declare module "../autograd/tensor.ts" {
  interface Tensor extends Methods {}
}

function attach(name: string | symbol, f: (first: Tensor, ...rest: never[]) => unknown): void {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: never[]) {
      return f(this, ...rest);
    },
    writable: true,
    configurable: true,
  });
}

// biome-ignore lint/performance/noDynamicNamespaceImportAccess: whoever wants methods wants all of them
for (const name of names) attach(name, ops[name]);
attach("backward", backward);
// What console.log shows under Node.
attach(Symbol.for("nodejs.util.inspect.custom"), (x) => x.toString());
