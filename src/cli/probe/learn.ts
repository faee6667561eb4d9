import { tensor } from "../../autograd/create.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { Device } from "../../devices/device.ts";
import type { LayeredEncoder } from "../../models/index.ts";
import { generator } from "../../ops/index.ts";
import type { Tell } from "../phases.ts";
import { percent } from "../shown.ts";
import { type Features, outputsOf } from "../train/encode.ts";
import type { Gallery, Planned } from "../train/gallery.ts";
import { rowsAt } from "../train/layout.ts";
import { planned } from "../train/planned.ts";
import type { Classifier, Shares } from "./classifier.ts";
import type { ProbeConfig } from "./config.ts";

/** How a classifier stood after a pass. */
export interface EpochRecord extends Shares {
  /** Mean cross-entropy of the training pictures, each when its step came, in nats. */
  readonly loss: number;
}

/** A layer of the encoder, and what learns to read it. */
export interface Probed {
  readonly layerIndex: number;
  readonly name: string;
  readonly classifier: Classifier;
  /** Of the test pictures as they are. */
  readonly tests: Features;
}

/** The pictures of a step, and what each layer makes of them. */
interface Lesson {
  readonly indices: Int32Array;
  readonly features: readonly Tensor[];
}

/** The steps' pictures as the task shows them to a probe, encoded when their step comes. */
export async function* shownAnew(
  plan: Iterable<Planned>,
  gallery: Gallery,
  encoder: LayeredEncoder,
  layers: readonly number[],
  device: Device,
): AsyncGenerator<Lesson, void, undefined> {
  const ahead: Int32Array[] = []; // views may be made long before their step
  function* noted(): Iterable<Planned> {
    for (const step of plan) {
      ahead.push(step.indices);
      yield step;
    }
  }
  for await (const images of gallery.probing(noted())) {
    const indices = ahead.shift();
    if (indices === undefined) throw new Error("probe: more batches came than were planned");
    yield { indices, features: outputsOf(encoder, layers, images, device) };
  }
}

/** The steps' pictures as they are, from what the layers have made of all. */
export async function* remembered(
  plan: Iterable<Planned>,
  known: readonly Features[],
  device: Device,
): AsyncGenerator<Lesson, void, undefined> {
  for (const { indices } of plan) {
    const rows = known.map((features) => rowsAt(features, indices));
    yield { indices, features: rows.map(({ data, shape }) => tensor(data, { shape, device })) };
  }
}

/** All steps of a probe; the last batch of a pass is not full where it does not come out even. */
export function stepsOf({ length }: { readonly length: number }, config: ProbeConfig): Iterable<Planned> {
  const { seed, epochs, batchSize } = config;
  const [orders, views] = [generator(seed).fork("order"), generator(seed).fork("views")];
  return planned({ length, batchSize, stepsPerEpoch: Math.ceil(length / batchSize), epochs, orders, views }, 0);
}

/** Lets the classifiers of all layers learn side by side, from the same pictures in the same order; tests them after each pass. */
export async function learn(
  lessons: AsyncIterable<Lesson>,
  probed: readonly Probed[],
  { known, asked }: Gallery,
  { epochs }: ProbeConfig,
  tell: Tell,
): Promise<EpochRecord[][]> {
  const records: EpochRecord[][] = probed.map(() => []);
  const start = performance.now();
  let [shown, sums] = [0, probed.map(() => 0)];
  for await (const { indices, features } of lessons) {
    const labels = indices.map((row) => known.labels[row]);
    for (const [k, { classifier }] of probed.entries()) {
      sums[k] += labels.length * (await classifier.learn(features[k], labels));
      features[k].storage.free();
    }
    shown += labels.length;
    const ended = shown % known.length === 0;
    const of = ended ? known.length : shown % known.length;
    const losses = sums.map((sum) => sum / of);
    if (ended) {
      for (const [k, { classifier, tests }] of probed.entries()) {
        records[k].push({ loss: losses[k], ...(await classifier.test(tests, asked.labels)) });
        classifier.endEpoch();
      }
      sums = probed.map(() => 0);
    }
    const told = probed.map(({ name }, k) => standing(name, losses[k], ended ? records[k].at(-1) : undefined));
    const speed = Math.round(shown / ((performance.now() - start) / 1000)).toLocaleString("en");
    const text = [`epoch ${Math.ceil(shown / known.length)}/${epochs}`, ...told, `${speed} images/s`].join("  ");
    tell(shown / (epochs * known.length), text, ended);
  }
  return records;
}

function standing(name: string, loss: number, tested: EpochRecord | undefined): string {
  return `${name} loss ${loss.toFixed(3)}${tested ? ` test ${percent(tested.top1)}` : ""}`;
}
