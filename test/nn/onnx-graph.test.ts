import { describe, expect, it } from "vitest";
import { generator, Linear, Module, OnnxGraph, type OnnxValue, Parameter, type Tensor } from "../../src/index.ts";
import { onnxBytes } from "../../src/models/export-onnx.ts";
import { inOnnxRuntime, loaded } from "../models/onnxruntime.ts";

const [words, width, hidden] = [7, 3, 4];
const drawn = (...shape: number[]): Parameter => new Parameter(generator(shape.length).normal(shape));

/** Words, by their numbers, to the last state of a GRU: several inputs, some left out, and outputs of which one is wanted. */
class Sentence extends Module {
  readonly table = drawn(words, width);
  readonly w = drawn(1, 3 * hidden, width);
  readonly r = drawn(1, 3 * hidden, hidden);

  forward(x: Tensor): Tensor {
    return x;
  }

  override toOnnx(graph: OnnxGraph, x: OnnxValue): OnnxValue {
    const [length, n] = x.shape;
    const read = graph.node("Gather", [this.table, x], [length, n, width]);
    const [, last] = graph.nodeOf("GRU", [read, this.w, this.r, undefined, undefined], [undefined, [1, n, hidden]], {
      hidden_size: { int: hidden },
    });
    return graph.node("Squeeze", [last, graph.constant("dims", BigInt64Array.of(0n), [1])], [n, hidden]);
  }
}

/** The graph of a module called `path`, of the words that it takes. */
function graphOf(model: Module, path: string): OnnxGraph {
  const weights = model.namedParameters().map(([name, weight]) => [weight, `${path}.${name}`] as const);
  const graph = new OnnxGraph({ layers: new Map([[model, path]]), weights: new Map(weights) });
  graph.output("state", graph.through(model, graph.input("words", ["length", "n"], "int64")), "n");
  return graph;
}

describe("OnnxGraph", () => {
  it("has integers, inputs that are left out, and outputs that nobody wants", () => {
    const { inputs, outputs, nodes, weights, constants } = graphOf(new Sentence(), "read");
    expect(inputs).toEqual([{ name: "words", type: "int64", shape: ["length", "n"] }]);
    expect(outputs).toEqual([{ name: "state", type: "float32", shape: ["n", hidden] }]);
    expect(nodes.map(({ op, inputs, outputs }) => [op, inputs, outputs])).toEqual([
      ["Gather", ["read.table", "words"], ["read/Gather"]],
      ["GRU", ["read/Gather", "read.w", "read.r"], ["", "read/GRU:1"]],
      ["Squeeze", ["read/GRU:1", "read.dims"], ["read/Squeeze"]],
      ["Identity", ["read/Squeeze"], ["state"]],
    ]);
    expect([...weights.keys()]).toEqual(["read.table", "read.w", "read.r"]);
    expect([...constants.keys()]).toEqual(["read.dims"]);
  });

  it("keeps an input in the middle that is left out", () => {
    const graph = new OnnxGraph({ layers: new Map(), weights: new Map() });
    const x = graph.input("x", ["n", 2]);
    graph.node("Clip", [x, undefined, x], x.shape);
    expect(graph.nodes[0].inputs).toEqual(["x", "", "x"]);
  });

  it("gives no two things one name", () => {
    const linear = new Linear(2, 2, { generator: generator(0) });
    const weights = new Map(linear.namedParameters().map(([name, weight]) => [weight, name] as const));
    const graph = new OnnxGraph({ layers: new Map([[linear, ""]]), weights });
    const x = graph.input("input", ["n", 2]);
    const constants = ["weight", "eps", "eps", "input"].map((name) => graph.constant(name, Float32Array.of(1), [1]));
    expect(constants.map(({ name }) => name)).toEqual(["weight.1", "eps", "eps.1", "input.1"]);
    const twice = graph.through(linear, graph.through(linear, x));
    expect(twice.name).toBe("Gemm.1");
    expect([...graph.weights.keys()]).toEqual(["weight", "bias"]);
  });

  it("passes by names that are taken, numbered ones too, and refuses them for what the graph takes and gives", () => {
    const names = ["scale.0", "scale.1", "Split:1", "words"].map((name) => [drawn(1), name] as const);
    const graph = new OnnxGraph({ layers: new Map(), weights: new Map(names) });
    const constants = [1, 2, 3].map((value) => graph.constant("scale", Float32Array.of(value), [1]));
    expect(constants.map(({ name }) => name)).toEqual(["scale", "scale.2", "scale.3"]);
    const halves = graph.nodeOf("Split", [constants[0]], [[1], [1]]);
    expect(halves.map(({ name }) => name)).toEqual(["Split", "Split:1.1"]);
    const message = "exportOnnx: the model has a weight or a constant called";
    expect(() => graph.input("words", ["n"])).toThrow(`${message} words, as the graph's input is: rename the field`);
    expect(() => graph.output("scale.0", halves[0], "n")).toThrow(`${message} scale.0, as the graph's output is`);
  });
});

inOnnxRuntime("OnnxGraph, as onnxruntime runs it", () => {
  it("takes sentences of any length, any number of them", async () => {
    const run = await loaded(await onnxBytes(graphOf(new Sentence(), "read")));
    const states = async (length: number, n: number, data: bigint[]) =>
      (await run({ words: { shape: [length, n], data: BigInt64Array.from(data) } })).state;
    const both = await states(3, 2, [1n, 6n, 2n, 5n, 3n, 4n]);
    expect(both.shape).toEqual([2, hidden]);
    for (const [i, sentence] of [
      [1n, 2n, 3n],
      [6n, 5n, 4n],
    ].entries()) {
      // biome-ignore format: short
      const alone = await states(3, 1, sentence);
      for (const [k, x] of alone.data.entries()) expect(both.data[hidden * i + k]).toBeCloseTo(x, 6);
    }
    expect((await states(2, 1, [1n, 2n])).data).not.toEqual((await states(3, 1, [1n, 2n, 3n])).data);
  });
});
