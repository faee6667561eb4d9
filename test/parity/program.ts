import { backward } from "../../src/autograd/backward.ts";
import type { Device } from "../../src/devices/device.ts";
import { Buffer, Tensor, tensor } from "../../src/index.ts";
import * as batchNormalize from "../../src/ops/batch-normalize.ts";
import * as conv from "../../src/ops/conv.ts";
import { gru } from "../../src/ops/gru.ts";
import * as ops from "../../src/ops/index.ts";
import * as pool from "../../src/ops/pool.ts";
import * as potential from "../../src/ops/potential.ts";
import * as views from "../../src/ops/view.ts";
import { show } from "../../src/shape.ts";
import { mismatch } from "./compare.ts";
import { type Case, read, type WrittenTensor } from "./fixture.ts";
import * as losses from "./losses.ts";

/** `gru` along sequences that JSON describes. */
const along = (
  x: Tensor,
  h: Tensor,
  w: Tensor,
  b: Tensor,
  { batchSizes, reverse }: { batchSizes: number[]; reverse: boolean },
): Tensor => gru(x, h, w, b, { batchSizes: Int32Array.from(batchSizes), reverse });

/** Every function a fixture may name. */
const functions = new Map(
  Object.entries({ ...ops, ...views, ...conv, ...batchNormalize, ...pool, ...potential, ...losses, gru: along }).filter(
    (entry): entry is [string, (typeof entry)[1] & ((...args: unknown[]) => unknown)] => typeof entry[1] === "function",
  ),
);

export interface Outcome {
  readonly y: Tensor;
  readonly grads: readonly (Tensor | undefined)[];
  readonly buffers: readonly Buffer[];
  readonly penalty?: Tensor;
  readonly penaltyGrads?: readonly (Tensor | undefined)[];
}

/** Runs a case's program with our ops, forward and backward. */
export function run(one: Case, device: Device): Outcome {
  const inputs = one.inputs.map((x) => written(x, device, x.fixed !== true));
  const buffers = (one.buffers ?? []).map((b) => new Buffer(written(b, device)));
  const values = [...inputs];
  for (const [op, args] of one.steps) {
    const f = functions.get(op);
    if (f === undefined) throw new Error(`${one.name}: there is no op or loss called ${op}`);
    values.push(...tensorsOf(f(...args.map((a) => resolved(a, values, buffers, device))), device));
  }
  const y = values[one.output];
  if (!y.requiresGrad) return { y, grads: inputs.map(() => undefined), buffers };
  const gradient = tensor(read(one.cotangent), { shape: one.value.shape, device });
  const createGraph = one.penalty !== undefined;
  const found = backward(y, { gradient, createGraph });
  const grads = inputs.map((x) => found.get(x));
  if (!createGraph) return { y, grads, buffers };
  const penalty = grads.flatMap((g) => (g ? [ops.sum(ops.square(g))] : [])).reduce((a, b) => ops.add(a, b));
  const again = penalty.requiresGrad ? backward(penalty) : undefined; // none where the gradient is constant
  return { y, grads, buffers, penalty, penaltyGrads: inputs.map((x) => again?.get(x)) };
}

/** All that differs between a case's outcome and what the case says, as messages. */
export function disagreements(one: Case, { y, grads, buffers, penalty, penaltyGrads }: Outcome): string[] {
  const found = [
    show(y.shape) === show(one.value.shape)
      ? mismatch("value", y.dataSync(), read(one.value.data))
      : `value: shape ${show(y.shape)}, PyTorch has ${show(one.value.shape)}`,
    ...one.grads.map((expected, i) => gradientMismatch(`gradient of input ${i}`, grads[i], expected)),
    ...(one.buffers ?? []).map((b, i) => mismatch(`buffer ${i} afterwards`, buffers[i].dataSync(), read(b.after))),
  ];
  if (one.penalty !== undefined && one.penaltyGrads !== undefined) {
    found.push(mismatch("penalty", penalty?.dataSync() ?? [], read([one.penalty])));
    // No path and a gradient of 0 are the same here: where a second derivative vanishes, libraries differ in which they say.
    one.penaltyGrads.forEach((expected, i) => {
      if (expected === null) return;
      const ours = penaltyGrads?.[i]?.dataSync() ?? new Float64Array(expected.length);
      found.push(mismatch(`second-order gradient of input ${i}`, ours, read(expected)));
    });
  }
  return found.filter((message) => message !== undefined);
}

function gradientMismatch(what: string, ours: Tensor | undefined, expected: Case["grads"][number]): string | undefined {
  if (expected === null) return ours === undefined ? undefined : `${what}: there is one, PyTorch has none`;
  if (ours === undefined) return `${what}: there is none, PyTorch has one`;
  return mismatch(what, ours.dataSync(), read(expected));
}

function written({ shape, data }: WrittenTensor, device: Device, requiresGrad: boolean = false): Tensor {
  return tensor(read(data), { shape, device, requiresGrad });
}

const notNumbers = ["NaN", "Infinity", "-Infinity"];

/** An argument with its references replaced by what they name. */
function resolved(arg: unknown, values: readonly Tensor[], buffers: readonly Buffer[], device: Device): unknown {
  if (Array.isArray(arg)) return arg.map((a) => resolved(a, values, buffers, device));
  if (typeof arg === "string") return notNumbers.includes(arg) ? Number(arg) : arg;
  if (typeof arg !== "object" || arg === null) return arg;
  if ("$buffer" in arg) return buffers[Number(arg.$buffer)];
  if (!("$" in arg))
    return Object.fromEntries(Object.entries(arg).map(([key, a]) => [key, resolved(a, values, buffers, device)]));
  if (arg.$ === "device") return device;
  return arg.$ === "generator" ? ops.generator(0) : values[Number(arg.$)];
}

/** The tensors in a result, one after another: itself, an array's, an object's; integers become numbers of a tensor. */
function tensorsOf(result: unknown, device: Device): Tensor[] {
  if (result instanceof Tensor) return [result];
  if (result instanceof Int32Array) return [tensor(Float64Array.from(result), { device })];
  return Object.values(result as Record<string, Tensor>);
}
