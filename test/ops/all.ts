import * as backward from "../../src/autograd/backward.ts";
import * as autograd from "../../src/autograd/index.ts";
import type { Composite, Definition, Op, Plan, Testable } from "../../src/autograd/op.ts";
import * as transforms from "../../src/autograd/transforms.ts";
import * as broadcast from "../../src/ops/broadcast.ts";
import * as conv from "../../src/ops/conv.ts";
import * as distance from "../../src/ops/distance.ts";
import * as layout from "../../src/ops/layout.ts";
import * as matmul from "../../src/ops/matmul.ts";
import * as normalize from "../../src/ops/normalize.ts";
import * as pointwise from "../../src/ops/pointwise.ts";
import * as pool from "../../src/ops/pool.ts";
import * as random from "../../src/ops/random.ts";
import * as reduce from "../../src/ops/reduce.ts";
import * as rows from "../../src/ops/rows.ts";

const modules = {
  autograd,
  backward,
  transforms,
  broadcast,
  conv,
  distance,
  layout,
  matmul,
  normalize,
  pointwise,
  pool,
  random,
  reduce,
  rows,
};

/** Every exported function of the engine and the ops, by name. */
export const exported: ReadonlyMap<string, unknown> = new Map(
  Object.values(modules).flatMap((m) => Object.entries(m as Record<string, unknown>)),
);

export function isOp(value: unknown): value is Op<never[]> {
  return typeof value === "function" && "definition" in value;
}

export function isComposite(value: unknown): value is Composite<never[]> {
  return typeof value === "function" && "composite" in value;
}

/** Everything with a definition: ops and composites, with what they say of themselves. */
export const testables: readonly Testable[] = [...exported.values()].flatMap((value) =>
  isOp(value) ? [value.definition] : isComposite(value) ? [value.composite] : [],
);

/** Every definition with vjps: ops, the parts that composites choose among, fused forms. */
export const definitions: readonly Definition<never[], Plan>[] = [...exported.values()].flatMap((value) => {
  if (isOp(value)) return [value.definition];
  if (!isComposite(value)) return [];
  const parts = "parts" in value ? (value.parts as Op<never[]>[]).map((part) => part.definition) : [];
  return parts;
});
