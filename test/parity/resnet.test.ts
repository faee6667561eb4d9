import { expect, test } from "vitest";
import { cpu } from "../../src/devices/cpu/cpu.ts";
import { noGrad, type Tensor } from "../../src/index.ts";
import { fixture } from "./fixture.ts";
import { filled, images, made, type ResNetCase } from "./resnet.ts";

const { cases } = fixture<ResNetCase>("resnet");

test.each(cases)("$name has torchvision's names and shapes, in torchvision's order", (one) => {
  const shapes = Object.entries(made(one, cpu).stateDict()).map(([name, { shape }]) => [name, shape]);
  expect(shapes).toEqual(Object.entries(one.state));
});

test.each(cases)("$name gives torchvision's features, and pools what torchvision pools", (one) => {
  const model = filled(made(one, cpu));
  const x = images(cpu, one.imageSize, one.options.inChannels);
  const [features, pooled] = [-1, -2].map((layerIndex) => noGrad(() => model.forward(x, { layerIndex })));
  expect(features.shape).toEqual([2, 128]);
  expect(furthest(features, one.features)).toBeLessThan(1e-4);
  const largest = Math.max(...one.pooled.flat());
  expect(furthest(pooled, one.pooled) / largest).toBeLessThan(1e-4);
  expect(spread(one.features)).toBeGreaterThan(0.01); // the images can be told apart
});

/** How far the beginning of each row is off. */
function furthest(ours: Tensor, theirs: ResNetCase["features"]): number {
  const values = ours.dataSync();
  const width = ours.shape[1];
  return Math.max(...theirs.flatMap((row, i) => row.map((value, c) => Math.abs(values[i * width + c] - value))));
}

function spread([first, second]: ResNetCase["features"]): number {
  return Math.max(...first.map((a, c) => Math.abs(a - second[c])));
}
