import { expect, it } from "vitest";
import { encode, outputsOf } from "../../src/cli/train/encode.ts";
import type { Images } from "../../src/data/index.ts";
import { reference } from "../../src/devices/reference/reference.ts";
import { convEncoder, generator, noGrad, tensor } from "../../src/index.ts";
import { tinyEncoder } from "./tiny.ts";

const device = reference("float32");
const encoder = convEncoder({ ...tinyEncoder, imageSize: 9, channels: [2, 3], generator: generator(0), device });
const all = generator(1).normal([130, 1, 9, 9], { device }).dataSync();

async function pictures(rows: Int32Array): Promise<Images<Float32Array>> {
  const data = new Float32Array(rows.length * 81);
  for (const [k, row] of rows.entries()) data.set(all.subarray(row * 81, (row + 1) * 81), k * 81);
  return { data, shape: [rows.length, 1, 9, 9] };
}

it("encode gives what the layers make of the pictures, in the order of layers and rows, maps flattened", async () => {
  const rows = Int32Array.from({ length: 130 }, (_, i) => 129 - i); // more than go through at once
  encoder.train();
  const shares: number[] = [];
  const found = await encode(encoder, [-1, 0, -2], rows, pictures, device, (share) => void shares.push(share));
  expect(encoder.training).toBe(false);
  expect(shares).toEqual([125 / 130, 1]);
  const x = tensor(all, { shape: [130, 1, 9, 9], device });
  for (const [k, [layerIndex, width]] of [
    [-1, 4],
    [0, 2 * 4 * 4],
    [-2, 8],
  ].entries()) {
    const { data, shape } = found[k];
    expect(shape).toEqual([130, width]);
    const whole = noGrad(() => encoder.forward(x, { layerIndex })).dataSync();
    for (let i = 0; i < 130; i++) {
      expect(data.subarray(i * width, (i + 1) * width)).toEqual(whole.slice((129 - i) * width, (130 - i) * width));
    }
  }
});

it("outputsOf makes no graph", async () => {
  const outputs = outputsOf(encoder, [-2, -1], await pictures(Int32Array.of(3, 4)), device);
  expect(outputs.map(({ shape, requiresGrad }) => [shape, requiresGrad])).toEqual([
    [[2, 8], false],
    [[2, 4], false],
  ]);
});
