import { type UnaryOp, unary } from "../../src/index.ts";
import { mul, neg } from "../../src/ops/index.ts";

export * from "../../src/ops/index.ts";

/** sin x: an op of a user's own, whose gradient is another one. */
export const sin: UnaryOp = unary("sin", {
  f: Math.sin,
  vjp: (g, { x }) => mul(g, cos(x)),
  saves: ["x"],
});

const cos: UnaryOp = unary("cos", {
  f: Math.cos,
  vjp: (g, { x }) => neg(mul(g, sin(x))),
  saves: ["x"],
});
