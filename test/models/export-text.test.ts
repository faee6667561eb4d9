import { expect, it } from "vitest";
import {
  exportOnnx,
  generator,
  noGrad,
  type QuickThought,
  quickThought,
  reference,
  type Sentences,
} from "../../src/index.ts";
import { inOnnxRuntime, loaded, type OnnxInput } from "./onnxruntime.ts";

const model = quickThought({ vocabulary: 11, embeddingDim: 5, hidden: 4, generator: generator(3) });
const sentences: Sentences = [[1, 2, 3, 4, 5, 6], [7], [8, 9, 10], [0, 0], [3, 1, 4, 1, 5]];

/** Sentences as a graph takes them; places behind an end hold `padding`. */
function padded(some: Sentences, padding = 0): Record<string, OnnxInput> {
  const [n, places] = [some.length, Math.max(...some.map(({ length }) => length))];
  const words = BigInt64Array.from(
    some.flatMap((sentence) => Array.from({ length: places }, (_, k) => BigInt(sentence[k] ?? padding))),
  );
  const lengths = BigInt64Array.from(some, ({ length }) => BigInt(length));
  return { words: { shape: [n, places], data: words }, lengths: { shape: [n], data: lengths } };
}

/** The largest difference of any number of any output from ours. */
async function apart(
  of: QuickThought,
  some: Sentences,
  inputs: Record<string, OnnxInput>,
  file?: Uint8Array,
): Promise<number> {
  const run = await loaded(file ?? (await exportOnnx(of)));
  const given = await run(inputs);
  const ours = noGrad(() => ({ features: of.forward(some), f: of.f.forward(some), g: of.g.forward(some) }));
  expect(Object.keys(given).sort()).toEqual(["f", "features", "g"]);
  const found = Object.entries(ours).flatMap(([name, y]) => {
    expect(given[name].shape).toEqual(y.shape);
    return Array.from(y.dataSync(), (value, i) => Math.abs(given[name].data[i] - value));
  });
  return Math.max(...found);
}

inOnnxRuntime("exportOnnx of a QuickThought, as onnxruntime runs it", () => {
  it("gives both points and the features of sentences of any length, in batches of any size", async () => {
    const file = await exportOnnx(model);
    for (const some of [sentences, sentences.slice(0, 1), sentences.slice(1, 2), sentences.toReversed()]) {
      expect(await apart(model, some, padded(some), file)).toBeLessThan(1e-5);
    }
  });

  it("does not read what lies behind a sentence's end", async () => {
    expect(await apart(model, sentences, padded(sentences, 9))).toBeLessThan(1e-5);
    const { words, lengths } = padded(sentences, 9);
    const all = { shape: [5], data: new BigInt64Array(5).fill(6n) };
    expect(await apart(model, sentences, { words, lengths: all })).toBeGreaterThan(0.01); // so it would have told
    expect(lengths.data).not.toEqual(all.data);
  });

  it("takes weights from a float64 device, and refuses sizes and layers, which it has not", async () => {
    const device = reference("float64");
    const exact = quickThought({ vocabulary: 11, embeddingDim: 5, hidden: 4, generator: generator(3), device });
    expect(await apart(exact, sentences, padded(sentences))).toBeLessThan(1e-5);
    await expect(exportOnnx(model, { layers: [-2] })).rejects.toThrow("leave out input and layers");
    await expect(exportOnnx(model, { input: [3] })).rejects.toThrow("leave out input and layers");
  });
});
