import { expect, test } from "vitest";
import { backward } from "../../src/autograd/backward.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { tensor } from "../../src/index.ts";
import { mismatch } from "./compare.ts";
import { fixture, type LayerCase, read } from "./fixture.ts";
import { build } from "./layer.ts";

const device = reference("float64");

test.each(fixture<LayerCase>("layers").cases)("$name has PyTorch's names, values and gradients", (one) => {
  const layer = build(one.layer, device);
  const state = Object.entries(one.state).map(([name, { shape, data }]) => [
    name,
    tensor(read(data), { shape, device }),
  ]);
  expect(Object.entries(layer.stateDict()).map(([name, { shape }]) => [name, shape])).toEqual(
    Object.entries(one.state).map(([name, { shape }]) => [name, shape]),
  );
  layer.loadStateDict(Object.fromEntries(state));

  const x = tensor(read(one.input.data), { shape: one.input.shape, device, requiresGrad: true });
  const y = layer.forward(x);
  const grads = backward(y, { gradient: tensor(read(one.cotangent), { shape: one.value.shape, device }) });
  expect(y.shape).toEqual(one.value.shape);
  expect(mismatch("value", y.dataSync(), read(one.value.data))).toBeUndefined();
  expect(mismatch("gradient of x", grads.get(x)?.dataSync() ?? [], read(one.inputGrad))).toBeUndefined();
  expect(layer.namedParameters().map(([name]) => name)).toEqual(Object.keys(one.grads));
  for (const [name, parameter] of layer.namedParameters()) {
    const ours = grads.get(parameter)?.dataSync() ?? [];
    expect(mismatch(`gradient of ${name}`, ours, read(one.grads[name]))).toBeUndefined();
  }
});
