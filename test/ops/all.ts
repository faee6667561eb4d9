import * as backward from "../../src/autograd/backward.ts";
import * as autograd from "../../src/autograd/index.ts";
import type { Chooser, Composite, Definition, Op, Plan, Sample, Testable } from "../../src/autograd/op.ts";
import type { Tensor } from "../../src/autograd/tensor.ts";
import * as transforms from "../../src/autograd/transforms.ts";
import type { FusedKernels } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { requireUnitRows } from "../../src/losses/unit-norm.ts";
import * as broadcast from "../../src/ops/broadcast.ts";
import * as ops from "../../src/ops/index.ts";

/** Every export of the engine and the ops, by name. */
export const exported: ReadonlyMap<string, unknown> = new Map(
  Object.entries({ ...autograd, ...backward, ...transforms, ...broadcast, ...ops }),
);

/** What the public entry exports of the engine and the ops, by name. */
export const publicNames: readonly string[] = Object.keys({ ...autograd, ...ops });

type AnyDefinition = Definition<never[], Plan>;

export function isOp(value: unknown): value is Op<never[]> {
  return typeof value === "function" && "definition" in value;
}

export function isComposite(value: unknown): value is Composite<never[]> {
  return typeof value === "function" && "composite" in value;
}

const composites: readonly Composite<never[]>[] = [...exported.values()].filter(isComposite);

/** The ops that a composite chooses among and does not export, told apart by a number. */
const parts: readonly AnyDefinition[] = composites.flatMap((composite) =>
  "parts" in composite
    ? (composite.parts as Op<never[]>[]).map(({ definition }, i) => ({
        ...definition,
        name: `${definition.name} (part ${i})`,
      }))
    : [],
);

/** The unit-norm guard, given what passes it: its own samples cannot know of `normalize`. */
const guard: AnyDefinition = {
  ...requireUnitRows.definition,
  sample(choose) {
    const shape = [choose.int(1, 4), choose.int(2, 4)];
    return { inputs: [shape], call: (x) => requireUnitRows(ops.normalize(x), "guard") };
  },
};

/** Every definition of an op that can be reached: exported ops, parts of composites, the guard. */
export const definitions: readonly AnyDefinition[] = [
  ...[...exported.values()].filter(isOp).map((op) => op.definition),
  ...parts,
  guard,
];

/** Composites with a fused kernel. */
export const fused: readonly Composite<never[]>[] = composites.filter((c) => c.composite.fused !== undefined);

/** Everything with samples: ops and their parts, composites, and fused composites once more without their kernel. */
export const testables: readonly Testable[] = [
  ...definitions,
  ...composites.map((c) => c.composite),
  ...fused.map((c) => composed(c.composite)),
];

/** Whether some input of the op has a gradient. */
export function hasGradient(testable: Testable): boolean {
  const vjp = (testable as Partial<AnyDefinition>).vjp;
  return vjp === undefined || typeof vjp === "function" || vjp.some((f) => f !== null);
}

/** The same composite as its composition, as on a device without the fused kernel. */
function composed(testable: Testable): Testable {
  return {
    ...testable,
    name: `${testable.name} (composed)`,
    errors: [],
    sample(choose: Chooser): Sample {
      const { inputs, call } = testable.sample(choose);
      return { inputs, call: (...xs) => without(testable.name, () => call(...xs)) };
    },
  };
}

/** Runs `f` while the reference devices lack the fused kernel `name`. */
export function without(name: string, f: () => Tensor): Tensor {
  const held = [reference("float32").fused, reference("float64").fused];
  const kernels = held.map((kernel) => kernel[name as keyof FusedKernels]);
  for (const kernel of held) Object.assign(kernel, { [name]: undefined });
  try {
    return f();
  } finally {
    held.forEach((kernel, i) => {
      Object.assign(kernel, { [name]: kernels[i] });
    });
  }
}
