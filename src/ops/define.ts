import { type Definition, defineOp, type Op, type Plan, type Shared } from "../autograd/op.ts";
import { Tensor, upload } from "../autograd/tensor.ts";
import type { MapFunction, ZipFunction } from "../devices/device.ts";
import { broadcastShapes, broadcastStrides, sameShape } from "../shape.ts";
import { sumTo } from "./broadcast.ts";

/** An op on one tensor, element by element. */
export type UnaryOp = Op<[x: Tensor]>;

/** An op on two operands that broadcast; either may be a number. */
export type BinaryOp = Op<[a: Operand, b: Operand]>;

/** What a binary op takes on either side. */
export type Operand = Tensor | number;

type Side<Names extends string> = ((g: Tensor, saved: Readonly<Record<Names, Tensor>>) => Tensor) | null;
type Domain = Pick<Definition<never[], Plan>, "domain">;

/** What there is to say of a unary op y = f(x). */
export interface Unary extends Domain, Omit<MapFunction, "name"> {
  /** g * f'(x), written with ops; reads only what `saves` names. Null: the op has no gradient. */
  readonly vjp: Side<"x" | "y">;
  /** Which of `x` and `y` the vjp reads; nothing unless given. */
  readonly saves?: readonly ("x" | "y")[];
}

/**
 * Defines y = f(x): shape rule and kernel call come from here, the mathematics from `op`.
 * The derivatives of all of them: docs/derivations.md#pointwise.
 */
export function unary(name: string, { f, source, custom, vjp, saves = [], domain }: Unary): UnaryOp {
  return defineOp({
    name,
    names: ["x"],
    plan: (x: Tensor) => ({ inputs: [x], shape: x.shape }),
    forward: ({ kernels }, [x]) => kernels.map({ name, f, source, custom }, x),
    vjp: [vjp],
    saves: [saves],
    domain,
  });
}

/** What there is to say of a binary op y = f(a, b). */
export interface Binary<Both extends string = never> extends Domain, Omit<ZipFunction, "name"> {
  /** The gradient of each side in the common shape; un-broadcasting follows by itself. */
  readonly vjp: readonly [Side<"a" | "b" | "y" | Both>, Side<"a" | "b" | "y" | Both>];
  /** For each vjp which of `a`, `b`, `y` and what is shared it reads; nothing unless given. */
  readonly saves?: readonly (readonly ("a" | "b" | "y" | Both)[])[];
  /** By name, what both vjps read of g. */
  readonly shared?: Readonly<Record<Both, Shared>>;
}

/** Defines y = f(a, b) with broadcasting and numbers on either side: docs/derivations.md#broadcasting. */
export function binary<Both extends string = never>(
  name: string,
  { f, source, custom, vjp, saves, shared, domain }: Binary<Both>,
): BinaryOp {
  return defineOp({
    name,
    names: ["a", "b"],
    plan(a: Operand, b: Operand) {
      const inputs = asTensors(name, a, b);
      return { inputs, shape: broadcastShapes(inputs[0].shape, inputs[1].shape, name) };
    },
    forward({ kernels }, [a, b], { shape, shapes: [aShape, bShape] }) {
      const fn: ZipFunction = { name, f, source, custom };
      if (sameShape(aShape, bShape)) return kernels.zip(fn, a, [1], b, [1], [a.size]);
      return kernels.zip(fn, a, broadcastStrides(aShape, shape), b, broadcastStrides(bShape, shape), shape);
    },
    vjp: vjp.map((side, i) => side && ((g, saved, { shapes }) => sumTo(side(g, saved), shapes[i]))),
    saves,
    shared,
    domain,
  });
}

function asTensors(name: string, a: Operand, b: Operand): [Tensor, Tensor] {
  if (a instanceof Tensor) return [a, b instanceof Tensor ? b : scalar(name, "b", b, a)];
  if (b instanceof Tensor) return [scalar(name, "a", a, b), b];
  throw new TypeError(`${name}: at least one operand must be a tensor, got ${typeof a} and ${typeof b}`);
}

function scalar(name: string, which: string, value: unknown, like: Tensor): Tensor {
  if (typeof value === "number") return upload([value], [], like.device);
  const found = value === null ? "null" : typeof value;
  throw new TypeError(`${name}: operand ${which} must be a tensor or a number, got ${found}`);
}
