import { defineOp, type Op } from "../autograd/op.ts";
import { Tensor } from "../autograd/tensor.ts";
import type { Device, Storage } from "../devices/device.ts";
import { sameShape, show } from "../shape.ts";

/** An option of every loss. */
export interface CheckNorm {
  /** Whether to check that rows have length 1 (within 1e-3): yes unless turned off. */
  checkNorm?: boolean;
}

/** How far a row's length may be from 1: float32 normalisation of 10⁴ dimensions stays two orders below it. */
export const unitNormTolerance = 1e-3;

/**
 * x itself, once every row of [n, d] is found to have length 1 within `unitNormTolerance`. Throws naming the first row
 * that has not, and how to fix it; where reads wait, the verdict comes with the next read.
 */
export const requireUnitRows: Op<[x: Tensor, what: string]> = defineOp({
  name: "requireUnitRows",
  names: ["x"],
  plan(x: Tensor, what: string) {
    if (x.shape.length !== 2) throw new RangeError(`${what}: features must be [n, d], got shape ${show(x.shape)}`);
    return { inputs: [x], shape: x.shape, what };
  },
  forward(device, [x], { what, shapes: [[n, d]] }) {
    const lengths = squaredLengths(device, x, n, d);
    const verified = device.verify(x, lengths, (values) => {
      const row = values.findIndex((s) => !(Math.abs(Math.sqrt(s) - 1) <= unitNormTolerance));
      if (row >= 0) throw new RangeError(`${what}: row ${row} of [${n}, ${d}] ${diagnosis(Math.sqrt(values[row]))}`);
    });
    lengths.free();
    return verified;
  },
  vjp: [(g) => g],
});

/** Of each row of [n, d] -> [n]. */
function squaredLengths({ kernels, fused }: Device, x: Storage, n: number, d: number): Storage {
  if (fused.squaredLengths) return fused.squaredLengths(x, n, d);
  const squares = kernels.map({ name: "square", f: (a) => a * a }, x);
  const lengths = kernels.reduce("sum", squares, { outer: n, n: d, inner: 1 });
  squares.free();
  return lengths;
}

function diagnosis(length: number): string {
  const diverged = "has training diverged (a learning rate too large, dead units)?";
  if (length === 0) return `is all zeros, needs length 1: ${diverged}`;
  if (!Number.isFinite(length)) return `has a NaN or an infinity, needs length 1: ${diverged}`;
  const remedy = "pass normalize(x), end the encoder with L2Norm, or turn the check off with { checkNorm: false }";
  return `has length ${Number(length.toPrecision(4))}, needs length 1. The losses never normalise: ${remedy}`;
}

/** What a type checker would have said. */
export function checkTensor(what: string, x: unknown): void {
  if (!(x instanceof Tensor)) throw new TypeError(`${what}: features must be a tensor [n, d], got ${typeof x}`);
}

/** The features, each behind `requireUnitRows` under its own name unless the check is off. */
export function guarded(what: string, checkNorm: boolean, features: Readonly<Record<string, Tensor>>): Tensor[] {
  return Object.entries(features).map(([name, x]) => {
    checkTensor(`${what}: ${name}`, x);
    return checkNorm ? requireUnitRows(x, `${what}: ${name}`) : x;
  });
}

/** Throws unless both views are [n, d] with n >= 1. */
export function checkViews(what: string, views: Readonly<Record<string, Tensor>>): void {
  const [a, b] = Object.values(views).map((x) => x.shape);
  if (sameShape(a, b) && a.length === 2 && a[0] > 0) return;
  const names = Object.keys(views).join(" and ");
  throw new RangeError(`${what}: ${names} must both be [n, d] with n >= 1, got ${show(a)} and ${show(b)}`);
}

/** Throws unless q is [n, d] and queue [K, d], neither empty. */
export function checkQueue(what: string, q: Tensor, queue: Tensor): void {
  const fits = q.shape.length === 2 && queue.shape.length === 2 && q.shape[1] === queue.shape[1];
  if (fits && q.size > 0 && queue.size > 0) return;
  const found = `${show(q.shape)} and ${show(queue.shape)}`;
  throw new RangeError(`${what}: q must be [n, d] and queue [K, d], not empty, got ${found}`);
}

/** Throws unless the named setting is > 0. */
export function checkPositive(what: string, setting: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(setting)) {
    if (!(value > 0 && value < Infinity)) throw new RangeError(`${what}: ${name} must be > 0 and finite, got ${value}`);
  }
}
