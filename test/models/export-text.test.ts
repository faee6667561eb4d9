import { describe, expect, it } from "vitest";
import {
  Embedding,
  exportOnnx,
  GRU,
  generator,
  noGrad,
  type OnnxGraph,
  type OnnxValue,
  QuickThought,
  quickThought,
  reference,
  SentenceEncoder,
  type Sentences,
  type Tensor,
} from "../../src/index.ts";
import { onnxGraphOf } from "../../src/models/export-onnx.ts";
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

  it("gives the points of one encoder by itself", async () => {
    const given = await (await loaded(await exportOnnx(model.g)))(padded(sentences));
    const ours = noGrad(() => model.g.forward(sentences));
    expect(Object.keys(given)).toEqual(["features"]);
    expect(given.features.shape).toEqual(ours.shape);
    for (const [i, value] of ours.dataSync().entries()) expect(given.features.data[i]).toBeCloseTo(value, 5);
  });

  it("takes weights from a float64 device, and refuses sizes and layers, which it has not", async () => {
    const device = reference("float64");
    const exact = quickThought({ vocabulary: 11, embeddingDim: 5, hidden: 4, generator: generator(3), device });
    expect(await apart(exact, sentences, padded(sentences))).toBeLessThan(1e-5);
    await expect(exportOnnx(model, { layers: [-2] })).rejects.toThrow("leave out input and layers");
    await expect(exportOnnx(model, { input: [3] })).rejects.toThrow("leave out input and layers");
  });
});

describe("exportOnnx of a QuickThought", () => {
  const options = { vocabulary: 11, embeddingDim: 5, hidden: 4 };

  it("has no node whose value nobody takes, and each GRU's constants once", () => {
    const { nodes, outputs, constants } = onnxGraphOf(model);
    const taken = new Set([...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ name }) => name)]);
    expect(nodes.filter(({ outputs }) => !outputs.some((name) => taken.has(name)))).toEqual([]);
    const names = ["f.gru.order", "f.gru.axis", "f.eps", "g.gru.order", "g.gru.axis", "g.eps", "eps"];
    expect([...constants.keys()]).toEqual(names);
  });

  it("refuses a subclass, and a GRU inside, that says only a part of what it is", async () => {
    class Longer extends QuickThought {
      override forward(some: Sentences): Tensor {
        return super.forward(some).mul(2);
      }
      override toOnnx(graph: OnnxGraph, words: OnnxValue, lengths?: OnnxValue): OnnxValue {
        const x = super.toOnnx(graph, words, lengths);
        return graph.node("Add", [x, x], x.shape);
      }
    }
    await expect(exportOnnx(new Longer({ ...options, generator: generator(0) }))).rejects.toThrow(
      "exportOnnx: the model (Longer) has a method forward of its own but inherits toOnnxPoints: give Longer a method toOnnxPoints",
    );
    class Own extends GRU {
      override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
        return graph.node("Neg", [super.toOnnx(graph, x)], x.shape);
      }
    }
    const encoder = new SentenceEncoder({ ...options, generator: generator(0) });
    Object.assign(encoder, { gru: new Own(5, 4, { generator: generator(0), bidirectional: true }) });
    await expect(exportOnnx(encoder)).rejects.toThrow(
      "exportOnnx: gru (Own) has a method toOnnx of its own but inherits toOnnxLast",
    );
  });

  it("refuses a choice, as an encoder and an embedding by themselves do", async () => {
    const embedding = new Embedding(3, 2, { generator: generator(0) });
    for (const [of, what] of [
      [model, "QuickThought takes sentences"],
      [model.f, "SentenceEncoder takes sentences"],
      [embedding, "Embedding takes whole numbers"],
    ] as const) {
      await expect(exportOnnx(of, { input: [4] })).rejects.toThrow(`exportOnnx: ${what}: leave out input and layers`);
    }
  });
});
