import * as backward from "../../src/autograd/backward.ts";
import type { Definition, Op, Plan } from "../../src/autograd/op.ts";
import type { Tensor } from "../../src/autograd/tensor.ts";
import * as transforms from "../../src/autograd/transforms.ts";
import type { FusedKernels } from "../../src/devices/device.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { requireUnitRows } from "../../src/losses/features.ts";
import * as batchNorm from "../../src/ops/batch-norm.ts";
import * as batchNormalize from "../../src/ops/batch-normalize.ts";
import * as batchNormalizePool from "../../src/ops/batch-normalize-pool.ts";
import * as broadcast from "../../src/ops/broadcast.ts";
import * as conv from "../../src/ops/conv.ts";
import * as crossEntropy from "../../src/ops/cross-entropy.ts";
import * as gru from "../../src/ops/gru.ts";
import * as ops from "../../src/ops/index.ts";
import * as pointwise from "../../src/ops/pointwise.ts";
import * as pool from "../../src/ops/pool.ts";
import * as potential from "../../src/ops/potential.ts";
import type { ReduceOptions } from "../../src/ops/reduce.ts";
import * as sumOfSquares from "../../src/ops/sum-of-squares.ts";
import * as unitRows from "../../src/ops/unit-rows.ts";
import * as view from "../../src/ops/view.ts";
import { samples } from "./samples/index.ts";
import type { Chooser, Sample, Trial } from "./samples/sample.ts";

/** Every export of the ops, those that only stand in gradients too, and of backward, by name. */
export const exported: ReadonlyMap<string, unknown> = new Map(
  Object.entries({
    ...backward,
    ...transforms,
    ...broadcast,
    ...view,
    ...conv,
    ...pool,
    ...batchNorm,
    ...batchNormalize,
    ...batchNormalizePool,
    ...potential,
    ...sumOfSquares,
    ...unitRows,
    ...crossEntropy,
    ...gru,
    ...ops,
  }),
);

/** Something with a gradient that can be tried on random samples. */
export interface Testable extends Trial, Pick<Definition<never[], Plan>, "domain"> {
  readonly name: string;
}

/** An op with all that it says of itself, and how it is tried. */
export type TestableOp = Testable & Definition<never[], Plan>;

export function isOp(value: unknown): value is Op<never[]> {
  return typeof value === "function" && "definition" in value;
}

/** How a function is tried: by its samples, or, where it is pointwise, on any shapes. */
export function trialOf(name: string): Trial | undefined {
  const op = new Map<string, unknown>(Object.entries(pointwise)).get(name);
  if (samples[name] || !isOp(op)) return samples[name];
  return op.definition.names.length === 1
    ? { sample: (choose) => ({ inputs: [choose.shape()], call: op }) }
    : {
        sample: (choose) => ({ inputs: choose.broadcastPair(), call: op }),
        errors: [
          {
            inputs: [
              [2, 3],
              [2, 4],
            ],
            call: op,
            message: /\[2, 3\] and \[2, 4\] do not broadcast/,
          },
        ],
      };
}

/** The two ops that max and min choose between, told apart by a number. */
const parts: readonly TestableOp[] = [ops.max, ops.min].flatMap(({ parts: [first, shared] }) => [
  {
    ...first.definition,
    name: `${first.definition.name} (part 0)`,
    sample(choose: Chooser) {
      const shape = choose.shape([1, 4], 1);
      const dim = choose.int(-shape.length, shape.length - 1);
      return { inputs: [shape], call: (x: Tensor) => first(x, { dim }) };
    },
  },
  {
    ...shared.definition,
    name: `${shared.definition.name} (part 1)`,
    sample: (choose: Chooser) => ({
      inputs: [choose.shape([0, 4], 1)],
      call: (x: Tensor) => shared(x, {} as ReduceOptions),
    }),
  },
]);

/** The unit-norm guard, given what passes it. */
const guard: TestableOp = {
  ...requireUnitRows.definition,
  sample(choose) {
    const shape = [choose.int(1, 4), choose.int(2, 4)];
    return { inputs: [shape], call: (x) => requireUnitRows(ops.normalize(x), "guard") };
  },
};

/** Every op that can be reached: exported ops, parts of max and min, the guard. */
export const definitions: readonly TestableOp[] = [
  ...[...exported].flatMap(([name, value]): TestableOp[] => {
    const trial = trialOf(name);
    return isOp(value) && trial ? [{ ...value.definition, ...trial }] : [];
  }),
  ...parts,
  guard,
];

/** Ops with a fused kernel, which are compositions on devices without it. */
export const fused: readonly TestableOp[] = definitions.filter((d) => d.compose !== undefined);

/** Everything with samples: ops and parts, functions made of ops, and fused ops once more without their kernel. */
export const testables: readonly Testable[] = [
  ...definitions,
  ...[...exported].flatMap(([name, value]): Testable[] => {
    const trial = trialOf(name);
    return !isOp(value) && trial ? [{ name, ...trial }] : [];
  }),
  ...fused.map(composed),
];

/** Whether some input of the op has a gradient. */
export function hasGradient(testable: Testable): boolean {
  const vjp = (testable as Partial<TestableOp>).vjp;
  return vjp === undefined || typeof vjp === "function" || vjp.some((f) => f !== null);
}

/** The same op as its composition, as on a device without the fused kernel. */
function composed({ name, domain, sample, kernel = name as keyof FusedKernels }: TestableOp): Testable {
  return {
    name: `${name} (composed)`,
    domain,
    sample(choose: Chooser): Sample {
      const { inputs, call } = sample(choose);
      return { inputs, call: (...xs) => without(kernel, () => call(...xs)) };
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
