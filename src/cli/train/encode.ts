import { tensor } from "../../autograd/create.ts";
import { noGrad } from "../../autograd/recording.ts";
import { scope } from "../../autograd/scope.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { Images } from "../../data/index.ts";
import type { Device } from "../../devices/device.ts";
import { Turns } from "../../metrics/turns.ts";
import type { LayeredEncoder } from "../../models/index.ts";
import { flatten } from "../../ops/index.ts";
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
 * What each of these layers makes of the pictures at `rows`, at least one, in one forward pass with the encoder's evaluation
 * behaviour; maps are flattened. `pictures` brings some of them when they are needed.
 */
export async function encode(
  encoder: LayeredEncoder,
  layers: readonly number[],
  rows: Int32Array,
  pictures: (rows: Int32Array) => Promise<Images<Float32Array>>,
  device: Device,
  tell: Tell,
): Promise<Features[]> {
  const collected = layers.map(() => rowsFor(rows.length));
  await inBatches(encoder, rows, pictures, tell, async (images, at) => {
    for (const [k, output] of outputsOf(encoder, layers, images, device).entries()) await collected[k].put(output, at);
  });
  return collected.map((rows) => rows.all());
}

/** What each of these layers of an encoder makes of pictures, without gradients: [n, width] each, maps flattened. */
export function outputsOf(
  encoder: LayeredEncoder,
  layers: readonly number[],
  { data, shape }: Images<Float32Array>,
  device: Device,
): Tensor[] {
  return scope(() =>
    noGrad(() => encoder.outputs(tensor(data, { shape, device }), layers).map((output) => flatten(output, 1))),
  );
}

/** The output for both views of the pictures at `rows`; `views` gives first all first ones, then all second ones. */
export async function encodeViews(
  encoder: LayeredEncoder,
  rows: Int32Array,
  views: (rows: Int32Array) => Promise<Images<Float32Array>>,
  device: Device,
  tell: Tell,
): Promise<readonly [x: Features, y: Features]> {
  const [x, y] = [rowsFor(rows.length), rowsFor(rows.length)];
  await inBatches(encoder, rows, views, tell, async ({ data, shape: [n, ...shape] }, at) => {
    for (const [k, part] of [x, y].entries()) {
      const half = data.subarray((k * data.length) / 2, ((k + 1) * data.length) / 2);
      const input = { shape: [n / 2, ...shape], device };
      await part.put(
        scope(() => noGrad(() => encoder.forward(tensor(half, input)))),
        at,
      );
    }
  });
  return [x.all(), y.all()];
}

/** Hands over some pictures after the other; `at` is the place of the first. */
async function inBatches(
  encoder: LayeredEncoder,
  rows: Int32Array,
  pictures: (rows: Int32Array) => Promise<Images<Float32Array>>,
  tell: Tell,
  take: (images: Images<Float32Array>, at: number) => Promise<void>,
): Promise<void> {
  encoder.eval();
  const turns = new Turns();
  const some = (at: number): Promise<Images<Float32Array>> => pictures(rows.subarray(at, at + batchSize));
  let next = some(0);
  for (let at = 0; at < rows.length; at += batchSize) {
    const images = await next;
    if (at + batchSize < rows.length) next = some(at + batchSize); // made, where others make it, while these are encoded
    next.catch(() => {}); // where `take` throws nobody waits for it
    await take(images, at);
    await turns.give();
    tell(Math.min(1, (at + batchSize) / rows.length));
  }
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
