import { describe, expect, it } from "vitest";
import { type Checkable, type CheckOptions, checkGradients } from "../../src/autograd/check.ts";
import { zeros } from "../../src/autograd/create.ts";
import type { Definition, Plan } from "../../src/autograd/op.ts";
import type { Tensor } from "../../src/autograd/tensor.ts";
import { Random } from "../../src/random.ts";
import { show } from "../../src/shape.ts";
import type { Testable, TestableOp } from "./all.ts";
import { definitions, testables } from "./all.ts";
import { inputsOf, seededChooser } from "./chooser.ts";
import { forgetfulOf, mutantOf, mutations, nodesOf } from "./mutants.ts";

/** The op's own name, without what tells apart two testables of one name. */
function nameOf({ name }: Testable): string {
  return name.replace(/ \(.*/, "");
}

/** The samples on which every mutant has to be caught. */
const rounds = 5;

/** Each gradient that somebody wrote: the op that has it, and for which input. */
const vjps: readonly (readonly [label: string, testable: TestableOp, index: number])[] = [
  ...definitions.flatMap((d) => indicesOf(d).map((i) => [label(d, i), d, i] as const)),
];

function label(d: Definition<never[], Plan>, i: number): string {
  const saved = d.saves?.[i] ?? [];
  return `${d.name}${saved.length > 0 ? `, from ${saved.join(" and ")}` : ""}: vjp ${i}`;
}

/** The inputs that have a gradient; of an op on any number of them the first two. */
function indicesOf({ vjp = [] }: Pick<Definition<never[], Plan>, "vjp">): number[] {
  return typeof vjp === "function" ? [0, 1] : vjp.flatMap((f, i) => (f === null ? [] : [i]));
}

/** Whether the check finds fault. One direction in a few hundred hides an error of 0.1%, three do not. */
async function isCaught(f: Checkable, xs: readonly Tensor[], order: CheckOptions["order"] = 1): Promise<boolean> {
  for (const seed of [1, 2, 3]) if ((await checkGradients(f, xs, { seed, order })).worst) return true;
  return false;
}

describe.each(vjps)("%s", (_, testable, index) => {
  it.each(Object.entries(mutations))("is caught when %s", async (mutation, mutate) => {
    const random = new Random(index);
    const name = nameOf(testable);
    let exercised = 0;
    let possible = false; // a vector read column by column is itself
    for (let tries = 0; exercised < rounds && tries < 400; tries++) {
      const sample = testable.sample(seededChooser(random));
      const xs = inputsOf(testable, sample, random);
      if (xs.every((x) => x.size === 0)) continue;
      const mutant = mutantOf(sample.call, name, index, mutate);
      possible ||= mutation !== "read column by column" || xs[index]?.shape.length !== 1;
      const caught = await isCaught(mutant.f, xs);
      if (!mutant.changed()) continue;
      if (exercised === 0) expect(await isCaught(sample.call, xs), "the gradient as it was written").toBe(false);
      exercised++;
      expect(caught, `inputs ${sample.inputs.map(show).join(", ")}`).toBe(true);
    }
    expect(exercised, "samples on which the mutant differed from the op").toBe(possible ? rounds : 0);
  });
});

it("leave out no op that any sample of any op or composite records", () => {
  const random = new Random(0);
  const mutated = new Set(vjps.map(([, testable]) => nameOf(testable)));
  const recorded = new Set<string>();
  for (const testable of testables) {
    for (let i = 0; i < 30; i++) {
      const sample = testable.sample(seededChooser(random));
      const xs = inputsOf(testable, sample, random).map((x) => x.withGrad());
      for (const node of nodesOf([sample.call(...xs)])) if (node.vjp) recorded.add(node.name);
    }
  }
  expect([...recorded].filter((name) => !mutated.has(name))).toEqual([]);
  expect(recorded.size).toBeGreaterThan(30);
});

describe("saves", () => {
  /** Each definition that declares what it saves. */
  const saving = definitions.filter(({ saves }) => saves?.some((names) => names.length > 0));

  it.each(saving.map((d) => [label(d, 0), d] as const))("name only what is read: %s", (_, definition) => {
    const random = new Random(1);
    const read = new Set<string>();
    const name = nameOf(definition);
    for (let i = 0; i < 60; i++) {
      const sample = definition.sample(seededChooser(random));
      const y = sample.call(...inputsOf(definition, sample, random).map((x) => x.withGrad()));
      for (const node of nodesOf([y])) {
        if (node.name !== name || node.vjp === undefined) continue;
        node.inputs.forEach((input, index) => {
          if (input === undefined) return;
          const saved = Object.fromEntries([...node.saved].map(([key, { tensor }]) => [key, tensor]));
          const recording = new Proxy(saved, {
            get(target, key) {
              read.add(`${index}: ${String(key)}`);
              return target[String(key)];
            },
          });
          node.vjp?.(index, zeros(node.shape, { device: y.device }), recording);
        });
      }
    }
    const { saves = [], shared = {} } = definition;
    const declared = saves.flatMap((names, index) =>
      names.flatMap((key) => [key, ...(shared[key]?.saves ?? [])]).map((key) => `${index}: ${key}`),
    );
    expect([...read].sort()).toEqual([...new Set(declared)].sort());
  });
});

describe("a gradient that forgets that what it saved depends on the inputs", () => {
  /** Their gradients are constant piece by piece: there is nothing to forget. */
  const piecewise = [
    "abs",
    "addRelu",
    "keepWhere",
    "max",
    "maximum",
    "maxPool2d",
    "min",
    "minimum",
    "pick",
    "relu",
    "unpick",
  ];
  const saving = vjps.filter(([, t]) => t.saves?.some((names) => names.length > 0) && !piecewise.includes(nameOf(t)));

  it.each(saving)("is right at first order and caught at second: %s", async (_, testable) => {
    const random = new Random(2);
    for (let proven = 0; proven < rounds; ) {
      const sample = testable.sample(seededChooser(random));
      const xs = inputsOf(testable, sample, random);
      // Distances on a line (one coordinate) are piecewise linear.
      if (sample.call(...xs).size === 0 || xs.some(({ shape }) => shape.some((n) => n <= 1))) continue;
      const forgetful = forgetfulOf(sample.call, nameOf(testable));
      expect(await isCaught(forgetful, xs, 1)).toBe(false);
      expect(await isCaught(forgetful, xs, 2)).toBe(true);
      proven++;
    }
  });
});
