import { noGrad } from "../../../autograd/recording.ts";
import { scope } from "../../../autograd/scope.ts";
import { Turns } from "../../../metrics/turns.ts";
import type { QuickThought, Sentences } from "../../../models/index.ts";
import type { Tell } from "../../phases.ts";
import type { Features } from "../encode.ts";

/** What the two encoders make of the same sentences. */
export interface EncodedText {
  readonly f: Features;
  readonly g: Features;
}

/** Sentences that go through an encoder at once. */
const batchSize = 400;

/** What both encoders make of sentences, [n, 2 hidden] each. Sentences of like length go together: no place waits for others. */
export async function encodeSentences(model: QuickThought, sentences: Sentences, tell: Tell): Promise<EncodedText> {
  const n = sentences.length;
  const order = Int32Array.from(sentences.keys()).sort((a, b) => sentences[a].length - sentences[b].length || a - b);
  const d = 2 * model.f.gru.hidden;
  const features = [model.f, model.g].map(() => new Float32Array(n * d));
  const turns = new Turns();
  for (let at = 0; at < n; at += batchSize) {
    const rows = order.subarray(at, at + batchSize);
    const some = Array.from(rows, (row) => sentences[row]);
    const points = scope(() => noGrad(() => [model.f.forward(some), model.g.forward(some)]));
    for (const [k, point] of points.entries()) {
      const values = await point.data();
      rows.forEach((row, i) => void features[k].set(values.subarray(i * d, (i + 1) * d), row * d));
      point.storage.free();
    }
    await turns.give();
    tell(Math.min(1, (at + batchSize) / n));
  }
  const [f, g] = features.map((data): Features => ({ data, shape: [n, d] }));
  return { f, g };
}

/** What a sentence is used as: both points side by side, [n, 4 hidden], rows of length 1. */
export function joined({ f, g }: EncodedText): Features {
  const [n, d] = f.shape;
  const data = new Float32Array(2 * n * d);
  for (const [k, { data: from }] of [f, g].entries()) {
    for (let i = 0; i < n; i++) {
      for (let c = 0; c < d; c++) data[(2 * i + k) * d + c] = from[i * d + c] * Math.SQRT1_2;
    }
  }
  return { data, shape: [n, 2 * d] };
}
