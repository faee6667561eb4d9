import type { Tensor } from "../autograd/tensor.ts";
import { checkOptions } from "../options.ts";
import { type BinaryOp, binary, type Operand, type UnaryOp, unary } from "./define.ts";

/** a + b */
export const add: BinaryOp = binary("add", { f: (a, b) => a + b, vjp: [(g) => g, (g) => g] });

/** max(a + b, 0) in one pass over memory: a bias or a second branch, and a ReLU behind it. In all else as `relu(add(a, b))`. */
export const addRelu: BinaryOp = binary("addRelu", {
  f: (a, b) => Math.max(a + b, 0),
  vjp: [(_, { kept }) => kept, (_, { kept }) => kept],
  saves: [["kept"], ["kept"]],
  shared: { kept: { of: (g, { y }) => keepWhere(y, g), saves: ["y"] } },
});

/** a − b */
export const sub: BinaryOp = binary("sub", { f: (a, b) => a - b, vjp: [(g) => g, (g) => neg(g)] });

/** a b, elementwise. */
export const mul: BinaryOp = binary("mul", {
  f: (a, b) => a * b,
  vjp: [(g, { b }) => mul(g, b), (g, { a }) => mul(g, a)],
  saves: [["b"], ["a"]],
});

/** a / b, elementwise. */
export const div: BinaryOp = binary("div", {
  f: (a, b) => a / b,
  vjp: [(g, { b }) => div(g, b), (g, { b, y }) => neg(div(mul(g, y), b))],
  saves: [["b"], ["b", "y"]],
  domain: [
    [-2, 2],
    [0.5, 3],
  ],
});

/**
 * a^b, elementwise. As in PyTorch an exponent of 0 gives gradient 0 in a, an exponent of 1 gives 1 even at a = 0, and
 * b < 1 gives infinity there; the gradient in b is 0 at a = 0, b >= 0.
 * Derivation: docs/derivations.md#pointwise.
 */
export const pow: BinaryOp = binary("pow", {
  f: (a, b) => (a === 1 || b === 0 ? 1 : a ** b), // 1^NaN is 1 in IEEE 754, NaN in JavaScript
  vjp: [
    (g, { a, b }) => {
      const flat = equal(b, 0);
      return where(flat, 0, mul(g, mul(b, pow(a, sub(where(flat, 1, b), 1)))));
    },
    (g, { a, b, y }) => {
      const edge = mul(equal(a, 0), sub(1, greater(0, b)));
      return where(edge, 0, mul(g, mul(y, log(where(edge, 1, a)))));
    },
  ],
  saves: [
    ["a", "b"],
    ["a", "b", "y"],
  ],
  domain: [
    [0.3, 3],
    [-2, 3],
  ],
});

/** The larger of a and b; NaN if either is. A tie gives each side half of the gradient. */
export const maximum: BinaryOp = binary("maximum", {
  f: Math.max,
  vjp: [(g, { a, b }) => share(g, a, b), (g, { a, b }) => share(g, b, a)],
  saves: [
    ["a", "b"],
    ["a", "b"],
  ],
});

/** The smaller of a and b; NaN if either is. A tie gives each side half of the gradient. */
export const minimum: BinaryOp = binary("minimum", {
  f: Math.min,
  vjp: [(g, { a, b }) => share(g, b, a), (g, { a, b }) => share(g, a, b)],
  saves: [
    ["a", "b"],
    ["a", "b"],
  ],
});

/** g where a > b, half of it where a = b, else 0, even where g is infinite. */
function share(g: Tensor, a: Tensor, b: Tensor): Tensor {
  return add(keepWhere(greater(a, b), g), keepWhere(equal(a, b), mul(0.5, g)));
}

/** 1 where a > b, else 0. No gradient. */
export const greater: BinaryOp = binary("greater", { f: (a, b) => (a > b ? 1 : 0), vjp: [null, null] });

/** 1 where a = b, else 0; a NaN equals nothing. No gradient. */
export const equal: BinaryOp = binary("equal", { f: (a, b) => (a === b ? 1 : 0), vjp: [null, null] });

/** a where c is not 0, else 0, whatever a is there: unlike c * a it stops NaN and infinity. No gradient in c. */
export const keepWhere: BinaryOp = binary("keepWhere", {
  f: (c, a) => (c !== 0 ? a : 0),
  vjp: [null, (g, { a: c }) => keepWhere(c, g)],
  saves: [[], ["a"]],
});

/**
 * a where c is not 0, else b. What is not chosen does not matter: a NaN there reaches neither value nor gradient.
 * Derivation: docs/derivations.md#pointwise.
 */
export function where(c: Tensor, a: Operand, b: Operand): Tensor {
  return add(keepWhere(c, a), keepWhere(equal(c, 0), b));
}

/** The sign of x: −1, 0 or 1. No gradient. */
export const sign: UnaryOp = unary("sign", { f: Math.sign, vjp: null });

/** −x */
export const neg: UnaryOp = unary("neg", { f: (x) => -x, vjp: (g) => neg(g) });

/** e^x */
export const exp: UnaryOp = unary("exp", { f: Math.exp, vjp: (g, { y }) => mul(g, y), saves: ["y"] });

/** log x, the natural logarithm. Domain x > 0. */
export const log: UnaryOp = unary("log", {
  f: Math.log,
  vjp: (g, { x }) => div(g, x),
  saves: ["x"],
  domain: [0.2, 3],
});

/** √x. The gradient at 0 is infinite, as in PyTorch; `norm` is the root that is safe at 0. */
export const sqrt: UnaryOp = unary("sqrt", {
  f: Math.sqrt,
  vjp: (g, { y }) => div(mul(0.5, g), y),
  saves: ["y"],
  domain: [0.2, 3],
});

/** |x|, with gradient 0 at 0. */
export const abs: UnaryOp = unary("abs", { f: Math.abs, vjp: (g, { x }) => mul(g, sign(x)), saves: ["x"] });

/** x² */
export const square: UnaryOp = unary("square", {
  f: (x) => x * x,
  vjp: (g, { x }) => mul(g, mul(2, x)),
  saves: ["x"],
});

/** max(x, 0), with gradient 0 at 0. NaN stays NaN. */
export const relu: UnaryOp = unary("relu", {
  f: (x) => Math.max(x, 0),
  vjp: (g, { y }) => keepWhere(y, g),
  saves: ["y"],
});

/** 1 / (1 + e^−x) */
export const sigmoid: UnaryOp = unary("sigmoid", {
  f: (x) => 1 / (1 + Math.exp(-x)),
  vjp: (g, { y }) => mul(g, mul(y, sub(1, y))),
  saves: ["y"],
});

/** tanh x */
export const tanh: UnaryOp = unary("tanh", {
  f: Math.tanh,
  vjp: (g, { y }) => mul(g, sub(1, square(y))),
  saves: ["y"],
});

/** The error function, 2/√π ∫₀ˣ e^−s² ds, to a few units in the last place of float64. */
export const erf: UnaryOp = unary("erf", {
  f: (x) => {
    if (!(Math.abs(x) <= 6)) return Math.sign(x); // 1 − erf 6 < 3e-17; NaN stays NaN
    // e^−x² Σ 2ⁿ x^(2n+1) / (2n+1)!!: every term has the same sign, so nothing cancels (Abramowitz & Stegun 7.1.6)
    let term = x;
    let sum = x;
    for (let n = 1; sum + term !== sum; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  },
  vjp: (g, { x }) => mul(g, mul(2 / Math.sqrt(Math.PI), exp(neg(square(x))))),
  saves: ["x"],
});

/**
 * x Φ(x) = x/2 (1 + erf(x/√2)): the exact form (Hendrycks & Gimpel 2016), PyTorch's default.
 * Derivation: docs/derivations.md#pointwise.
 */
export function gelu(x: Tensor): Tensor {
  return mul(mul(0.5, x), add(1, erf(mul(x, Math.SQRT1_2))));
}

/** Bounds of `clamp`; a missing one does not bind. */
export interface ClampOptions {
  min?: number;
  max?: number;
}

/** x limited to [min, max]. The gradient is 1 inside and on the edges, 0 outside; NaN stays NaN. */
export function clamp(x: Tensor, bounds: ClampOptions): Tensor {
  const { min = -Infinity, max = Infinity } = checkOptions("clamp", bounds, ["min", "max"]);
  const limited = minimum(maximum(x.detach(), min), max);
  return where(equal(limited, x.detach()), x, limited);
}
