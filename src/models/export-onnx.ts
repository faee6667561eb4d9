import { writeOnnx } from "../formats/index.ts";
import { type Module, OnnxGraph } from "../nn/index.ts";
import type { OnnxArray } from "../onnx.ts";
import { checkOptions } from "../options.ts";
import { version } from "../version.ts";
import { LayeredEncoder } from "./layered-encoder.ts";
import { QuickThought } from "./quick-thought.ts";

/** What of an encoder is exported, and what is told beside it. */
export interface ExportOnnxOptions {
  /**
   * Sizes of one sample, without those of the batch: [3, 64, 64]; a name in place of a number leaves a size open. A
   * `LayeredEncoder` knows its own: any height and width for a ResNet; a `QuickThought` too.
   */
  input?: readonly (number | string)[];
  /** Which blocks' outputs, as for `LayeredEncoder.outputs`: [-1], the features, unless given. Others have one output. */
  layers?: readonly number[];
  /** Texts that travel in the file, such as how images are prepared. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * An encoder as an ONNX file, for inference elsewhere: its evaluation behaviour, whatever mode it is in, in float32, for
 * operator set 17. The batch `n` is open. A `LayeredEncoder` takes `images` [n, channels, height, width] and gives `features`
 * [n, featDim] and, by number from 0 on, the blocks that `layers` names: `block6`. A `QuickThought` takes `words` [n, places], int64,
 * and how many of a sentence's places count, `lengths` [n], int64, and gives `features` [n, 4 hidden], `f` and `g`. Any other
 * module takes `input`. Weights have the names of the state dict. Works on every device.
 * Rejects for a module inside that does not say what it is (`Module.toOnnx`), naming it, for sizes that its layers do not
 * take, for a layer that comes twice, and above 2 GiB.
 */
export async function exportOnnx(encoder: Module | QuickThought, options: ExportOnnxOptions = {}): Promise<Uint8Array> {
  return onnxBytes(onnxGraphOf(encoder, options), options.metadata);
}

/** The graph of `exportOnnx`, whose weights are where they are. */
export function onnxGraphOf(encoder: Module | QuickThought, options: ExportOnnxOptions = {}): OnnxGraph {
  const given = checkOptions("exportOnnx", options, ["input", "layers", "metadata"]);
  if (encoder instanceof QuickThought) return thoughtGraph(encoder, given);
  const layered = encoder instanceof LayeredEncoder ? encoder : undefined;
  const { input = layered?.image, layers = [-1] } = given;
  if (input === undefined) {
    const what = `exportOnnx: a ${encoder.constructor.name} does not say what it takes`;
    throw new TypeError(`${what}: give { input: [784] }, the sizes of one sample`);
  }
  if (layered === undefined && (layers.length !== 1 || layers[0] !== -1)) {
    throw new TypeError(
      `exportOnnx: layers are for an encoder of blocks, a ${encoder.constructor.name} has one output`,
    );
  }
  const graph = graphFor(encoder);
  const x = graph.input(layered ? "images" : "input", ["n", ...input]);
  if (layered === undefined) graph.output("features", graph.through(encoder, x), "n");
  else {
    const names = layers.map((layer) => outputName(layered, layer));
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined) throw new RangeError(`exportOnnx: layers [${layers}] has ${twice} twice`);
    const values = graph.within(layered, () => layered.toOnnxOutputs(graph, x, layers));
    for (const [i, value] of values.entries()) graph.output(names[i], value, "n");
  }
  return graph;
}

function thoughtGraph(model: QuickThought, { input, layers }: ExportOnnxOptions): OnnxGraph {
  if (input !== undefined || layers !== undefined) {
    throw new TypeError(
      "exportOnnx: a QuickThought takes sentences and gives all its points: leave out input and layers",
    );
  }
  const graph = graphFor(model);
  const words = graph.input("words", ["n", "places"], "int64");
  const lengths = graph.input("lengths", ["n"], "int64");
  const counts = graph.node("Cast", [lengths], lengths.shape, { to: { int: int32 } });
  const points = graph.within(model, () => model.toOnnxPoints(graph, words, counts));
  for (const [name, value] of Object.entries(points)) graph.output(name, value, "n");
  return graph;
}

/** ONNX's number for a type, that which its GRU takes for lengths. */
const int32 = 6;

/** A graph that knows what a model's parts are called. */
function graphFor(model: Module<never>): OnnxGraph {
  return new OnnxGraph({
    layers: new Map(model.namedModules().map(([name, layer]) => [layer, name])),
    weights: new Map([...model.namedParameters(), ...model.namedBuffers()].map(([name, weight]) => [weight, name])),
  });
}

/** The file of a graph, once its weights are read. */
export async function onnxBytes(graph: OnnxGraph, metadata?: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const initializers = new Map<string, OnnxArray>(graph.constants);
  for (const [name, weight] of graph.weights) {
    const data = await weight.data();
    initializers.set(name, {
      shape: weight.shape,
      data: data instanceof Float32Array ? data : Float32Array.from(data),
    });
  }
  const { inputs, outputs, nodes } = graph;
  const producer = { name: "align-uniform", version };
  return writeOnnx({ name: "encoder", inputs, outputs, nodes, initializers, producer, ...(metadata && { metadata }) });
}

function outputName(encoder: LayeredEncoder, layer: number): string {
  const block = encoder.blockAt(layer);
  return block === encoder.blockCount - 1 ? "features" : `block${block}`;
}
