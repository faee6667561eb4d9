import { describe, expect, it } from "vitest";
import { exported, isComposite, isOp, publicNames, testables } from "./all.ts";

/** Exports with neither a definition nor samples, and where they are tested instead. */
const others: Readonly<Record<string, string>> = {
  Buffer: "a class: test/autograd/tensor.test.ts",
  Generator: "a class: test/random.test.ts",
  Parameter: "a class: test/autograd/tensor.test.ts",
  Tensor: "a class: test/autograd",
  arange: "makes a tensor from a number: test/autograd/tensor.test.ts",
  argmax: "gives plain integers: test/ops/plain.test.ts",
  backward: "walks the graph: test/autograd/backward.test.ts",
  binary: "makes ops: test/autograd/define-op.test.ts",
  checkGradients: "the tester: test/autograd/check.test.ts",
  chunk: "gives several tensors, slices all: test/ops/plain.test.ts",
  defineComposite: "makes composites: test/autograd/define-op.test.ts",
  defineOp: "makes ops: test/autograd/define-op.test.ts",
  full: "makes a tensor from a number: test/autograd/tensor.test.ts",
  generator: "makes a Generator: test/random.test.ts",
  grad: "takes a function: test/autograd/backward.test.ts",
  gradientsOf: "what backward and grad share: test/autograd/backward.test.ts",
  keep: "memory: test/autograd/scope.test.ts",
  noGrad: "takes a function: test/autograd/backward.test.ts",
  oneHot: "labels in, constants out: test/ops/plain.test.ts",
  ones: "makes a tensor from a number: test/autograd/tensor.test.ts",
  pair: "checks an argument: test/ops/plain.test.ts",
  reachable: "what backward walks: test/autograd/backward.test.ts",
  reduceDims: "calls a kernel for reductions: test/devices",
  scope: "memory: test/autograd/scope.test.ts",
  tensor: "makes a tensor from numbers: test/autograd/tensor.test.ts",
  unary: "makes ops: test/autograd/define-op.test.ts",
  valueAndGrad: "takes a function: test/autograd/backward.test.ts",
  zeros: "makes a tensor from a number: test/autograd/tensor.test.ts",
};

describe("every export of the engine and the ops", () => {
  it.each([...exported.keys()])("%s has samples or stands in the list", (name) => {
    const value = exported.get(name);
    expect(isOp(value) || isComposite(value) || name in others).toBe(true);
  });

  it("and the list holds nothing else", () => {
    expect(
      Object.keys(others).filter(
        (name) => !exported.has(name) || isOp(exported.get(name)) || isComposite(exported.get(name)),
      ),
    ).toEqual([]);
  });

  it("is told by one name", () => {
    const names = testables.map((t) => t.name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    const misnamed = publicNames.filter((name) => {
      const value = exported.get(name);
      return (isOp(value) && value.definition.name !== name) || (isComposite(value) && value.composite.name !== name);
    });
    expect(misnamed).toEqual([]);
  });
});
