import { describe, expect, test } from "vitest";
import { backward } from "../../src/autograd/backward.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { type Tensor, tensor } from "../../src/index.ts";
import type { Module } from "../../src/nn/index.ts";
import { mismatch } from "./compare.ts";
import { FaultyBatchNorm, faults } from "./faulty.ts";
import { fixture, type LayerCase, read, type WrittenTensor } from "./fixture.ts";
import { build } from "./layer.ts";

const device = reference("float64");
const { cases } = fixture<LayerCase>("layers");

test.each(cases)("$name has PyTorch's names, values, gradients and running statistics", (one) => {
  expect(disagreements(one, build(one.layer, device))).toEqual([]);
});

describe("of a plain batch norm written anew", () => {
  const runs = cases.filter(({ layer }) => layer[0].startsWith("BatchNorm"));
  const withFault = (one: LayerCase, fault?: string): string[] =>
    disagreements(
      one,
      build(one.layer, device, (_, channels, options) => new FaultyBatchNorm(channels, options, fault)),
    );

  test("the cases have PyTorch's numbers too, so that what follows is due to the fault", () => {
    for (const one of runs) expect(withFault(one), one.name).toEqual([]);
  });

  test.each(faults.BatchNorm)("some case tells when %s", (fault) => {
    expect(runs.flatMap((one) => withFault(one, fault))).not.toEqual([]);
  });
});

/** All that differs between a layer and what the case says, as messages. */
function disagreements(one: LayerCase, layer: Module): string[] {
  const names = (of: Readonly<Record<string, unknown>>): string => Object.keys(of).join(", ");
  const found: (string | undefined)[] = [];
  const state = layer.stateDict();
  if (names(state) !== names(one.state)) found.push(`names: ${names(state)}, PyTorch has ${names(one.state)}`);
  layer.loadStateDict(Object.fromEntries(Object.entries(one.state).map(([name, x]) => [name, written(x)]))); // shapes too
  layer[one.training ? "train" : "eval"]();
  for (const x of one.before) layer.forward(written(x));

  const x = written(one.input).withGrad();
  const y = layer.forward(x);
  found.push(`${y.shape}` === `${one.value.shape}` ? undefined : `shape ${y.shape}, PyTorch has ${one.value.shape}`);
  found.push(mismatch("value", y.dataSync(), read(one.value.data)));
  const grads = backward(y, { gradient: tensor(read(one.cotangent), { shape: y.shape, device }) });
  found.push(mismatch("gradient of x", grads.get(x)?.dataSync() ?? [], read(one.inputGrad)));
  const parameters = layer.namedParameters();
  found.push(...parameters.map(([name]) => (name in one.grads ? undefined : `${name} is no parameter in PyTorch`)));
  for (const [name, expected] of Object.entries(one.grads)) {
    const parameter = parameters.find(([own]) => own === name)?.[1];
    const ours = (parameter && grads.get(parameter)?.dataSync()) ?? [];
    found.push(mismatch(`gradient of ${name}`, ours, read(expected)));
  }
  const after = layer.stateDict();
  for (const [name, expected] of Object.entries(one.buffers)) {
    found.push(mismatch(`${name} afterwards`, after[name].dataSync(), read(expected)));
  }
  return found.filter((message) => message !== undefined);
}

function written({ shape, data }: WrittenTensor): Tensor {
  return tensor(read(data), { shape, device });
}
