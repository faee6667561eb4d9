import * as define from "./define.ts";

/**
 * An op of your own on one tensor, y = f(x), with the shape rule and the kernel call supplied. Whatever its name, no device
 * takes it for a built-in op: reference and cpu run `f`, a gpu needs `source` as well.
 */
export const unary: (name: string, op: Omit<define.Unary, "custom">) => define.UnaryOp = (name, op) =>
  define.unary(name, { ...op, custom: true });

/** An op of your own on two operands that broadcast, y = f(a, b); in all else like `unary`. */
export const binary: (name: string, op: Omit<define.Binary, "custom" | "shared">) => define.BinaryOp = (name, op) =>
  define.binary(name, { ...op, custom: true });
