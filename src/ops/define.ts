import { defineOp, type Op, type SavedTensors, type Testable } from "../autograd/op.ts";
import { Tensor, upload } from "../autograd/tensor.ts";
import type { MapFunction, ZipFunction } from "../devices/device.ts";
import { broadcastShapes, broadcastStrides, sameShape } from "../shape.ts";
import { sumTo } from "./broadcast.ts";

/** An op on one tensor, element by element. */
export type UnaryOp = Op<[x: Tensor]>;

/** An op on two operands that broadcast; either may be a number. */
export type BinaryOp = Op<[a: Operand, b: Operand]>;

export type Operand = Tensor | number;

/** What there is to say of a unary op y = f(x). */
export interface Unary extends Partial<Pick<Testable, "domain" | "errors">>, Omit<MapFunction, "name"> {
  /** g * f'(x), written with ops; reads only what `saves` names. Null: the op has no gradient. */
  readonly vjp: ((g: Tensor, saved: SavedTensors) => Tensor) | null;
  /** Which of `x` and `y` the vjp reads; nothing unless given. */
  readonly saves?: readonly ("x" | "y")[];
}

/**
 * Defines y = f(x): shape rule, kernel call and random samples come from here, the mathematics from `op`.
 * The derivatives of all of them: docs/derivations.md#pointwise.
 */
export function unary(name: string, op: Unary): UnaryOp {
  const made: UnaryOp = defineOp({
    name,
    names: ["x"],
    plan: (x: Tensor) => ({ inputs: [x], shape: x.shape }),
    forward: ({ kernels }, [x]) => kernels.map({ name, f: op.f, source: op.source }, x),
    vjp: [op.vjp],
    saves: [op.saves ?? []],
    domain: op.domain,
    sample: (choose) => ({ inputs: [choose.shape()], call: (x) => made(x) }),
    errors: op.errors,
  });
  return made;
}

/** What there is to say of a binary op y = f(a, b). */
export interface Binary extends Partial<Pick<Testable, "domain" | "errors">>, Omit<ZipFunction, "name"> {
  /** The gradient of each side in the common shape; un-broadcasting follows by itself. */
  readonly vjp: readonly (((g: Tensor, saved: SavedTensors) => Tensor) | null)[];
  /** For each vjp which of `a`, `b` and `y` it reads; nothing unless given. */
  readonly saves?: readonly (readonly ("a" | "b" | "y")[])[];
}

/** Defines y = f(a, b) with broadcasting and numbers on either side: docs/derivations.md#broadcasting. */
export function binary(name: string, op: Binary): BinaryOp {
  const made: BinaryOp = defineOp({
    name,
    names: ["a", "b"],
    plan(a: Operand, b: Operand) {
      const inputs = asTensors(name, a, b);
      return { inputs, shape: broadcastShapes(inputs[0].shape, inputs[1].shape, name) };
    },
    forward({ kernels }, [a, b], { shape, shapes: [aShape, bShape] }) {
      const fn: ZipFunction = { name, f: op.f, source: op.source };
      const flat = sameShape(aShape, bShape);
      if (flat) return kernels.zip(fn, a, [1], b, [1], [a.size]);
      return kernels.zip(fn, a, broadcastStrides(aShape, shape), b, broadcastStrides(bShape, shape), shape);
    },
    vjp: op.vjp.map((vjp, i) => vjp && ((g, saved, { shapes }) => sumTo(vjp(g, saved), shapes[i]))),
    saves: op.saves,
    domain: op.domain,
    sample: (choose) => ({ inputs: choose.broadcastPair(), call: (a, b) => made(a, b) }),
    errors: [
      {
        inputs: [
          [2, 3],
          [2, 4],
        ],
        call: (a, b) => made(a, b),
        message: /\[2, 3\] and \[2, 4\] do not broadcast/,
      },
      ...(op.errors ?? []),
    ],
  });
  return made;
}

function asTensors(name: string, a: Operand, b: Operand): [Tensor, Tensor] {
  if (a instanceof Tensor) return [a, b instanceof Tensor ? b : scalar(name, "b", b, a)];
  if (b instanceof Tensor) return [scalar(name, "a", a, b), b];
  throw new TypeError(`${name}: at least one operand must be a tensor, got ${typeof a} and ${typeof b}`);
}

function scalar(name: string, which: string, value: number, like: Tensor): Tensor {
  if (typeof value !== "number") {
    throw new TypeError(
      `${name}: operand ${which} must be a tensor or a number, got ${value === null ? "null" : typeof value}`,
    );
  }
  return upload([value], [], like.device);
}
