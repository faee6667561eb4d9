import { tensor } from "../../autograd/create.ts";
import { noGrad } from "../../autograd/recording.ts";
import { scope } from "../../autograd/scope.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { Images } from "../../data/index.ts";
import type { Device } from "../../devices/device.ts";
import { Turns } from "../../metrics/turns.ts";
import type { BlockEncoder } from "../../models/index.ts";
import type { Tell } from "../phases.ts";

/** Features of a data set, one row a picture. */
export interface Features {
  readonly data: Float32Array;
  readonly shape: readonly [n: number, d: number];
}

/** What two layers of an encoder make of the same pictures. */
export interface Encoded {
  readonly fc7: Features;
  readonly output: Features;
}

/** Pictures that go through an encoder at once: enough to keep it busy, few enough for its memory and a quick Ctrl-C. */
const batchSize = 125;

/**
 * Features of `count` >= 1 pictures at both layers, in one forward pass with the encoder's evaluation behaviour.
 * `pictures(start, end)` brings some of them when they are needed.
 */
export async function encode(
  encoder: BlockEncoder,
  count: number,
  pictures: (start: number, end: number) => Images<Float32Array>,
  device: Device,
  tell: Tell,
): Promise<Encoded> {
  encoder.eval();
  const last = encoder.blocks[encoder.blocks.length - 1];
  const [fc7, output] = [rowsFor(count), rowsFor(count)];
  const turns = new Turns();
  for (let start = 0; start < count; start += batchSize) {
    const { data, shape } = pictures(start, Math.min(start + batchSize, count));
    const [hidden, features] = scope(() =>
      noGrad(() => {
        const h = encoder.forward(tensor(data, { shape, device }), { layerIndex: -2 });
        return [h, last.forward(h)];
      }),
    );
    await fc7.put(hidden, start);
    await output.put(features, start);
    await turns.give();
    tell((start + shape[0]) / count);
  }
  return { fc7: fc7.all(), output: output.all() };
}

/** Collects [n, d] from tensors of a few rows each. */
function rowsFor(n: number): { put(rows: Tensor, start: number): Promise<void>; all(): Features } {
  let [data, d] = [new Float32Array(), 0];
  return {
    async put(rows, start) {
      if (d === 0) [data, d] = [new Float32Array(n * rows.shape[1]), rows.shape[1]];
      data.set(await rows.data(), start * d);
      rows.storage.free();
    },
    all: () => ({ data, shape: [n, d] }),
  };
}
