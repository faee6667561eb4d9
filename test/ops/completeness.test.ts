import { describe, expect, it } from "vitest";
import { exported, isOp, testables, trialOf } from "./all.ts";
import { samples } from "./samples/index.ts";

/** Exports with neither a definition nor samples, and where they are tested instead. */
const others: Readonly<Record<string, string>> = {
  argmax: "gives plain integers: test/ops/plain.test.ts",
  backward: "walks the graph: test/autograd/backward.test.ts",
  backwardOnce: "walks it for the last time: test/nn/train-step.test.ts",
  binary: "makes ops: test/autograd/define-op.test.ts",
  chunk: "gives several tensors, slices all: test/ops/plain.test.ts",
  generator: "makes a Generator: test/random.test.ts",
  grad: "takes a function: test/autograd/backward.test.ts",
  gradientsOf: "what backward and grad share: test/autograd/backward.test.ts",
  oneHot: "labels in, constants out: test/ops/plain.test.ts",
  pooling: "checks a pooling's arguments: test/ops/misuse.test.ts",
  reachable: "what backward walks: test/autograd/backward.test.ts",
  reduceDims: "calls a kernel for reductions: test/devices",
  unary: "makes ops: test/autograd/define-op.test.ts",
  valueAndGrad: "takes a function: test/autograd/backward.test.ts",
};

describe("every export of the ops and of backward", () => {
  it.each([...exported.keys()])("%s has samples or stands in the list", (name) => {
    expect(trialOf(name) !== undefined || name in others).toBe(true);
  });

  it("and the list holds nothing else", () => {
    expect(Object.keys(others).filter((name) => !exported.has(name) || trialOf(name))).toEqual([]);
  });

  it("and there are samples of nothing else", () => {
    expect(Object.keys(samples).filter((name) => !exported.has(name))).toEqual([]);
  });

  it("is told by one name", () => {
    const names = testables.map((t) => t.name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    expect([...exported].filter(([name, value]) => isOp(value) && value.definition.name !== name)).toEqual([]);
  });
});
