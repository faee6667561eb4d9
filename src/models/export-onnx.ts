import { writeOnnx } from "../formats/index.ts";
import { type Module, type OnnxChoice, OnnxGraph, type OnnxValue } from "../nn/index.ts";
import type { OnnxArray } from "../onnx.ts";
import { checkOptions } from "../options.ts";
import { checkShape } from "../shape.ts";
import { version } from "../version.ts";

/** A module that says itself what a graph of it takes and gives. */
type OnnxModel = Module<never> & Required<Pick<Module<never>, "toOnnxGraph">>;

/** What of an encoder is exported, and what is told beside it. */
export interface ExportOnnxOptions extends OnnxChoice {
  /**
   * Sizes of one sample, without those of the batch: [3, 64, 64]; a name in place of a number leaves a size open. A
   * `LayeredEncoder` knows its own: any height and width for a ResNet; what takes sentences or words has none.
   */
  readonly input?: readonly (number | string)[];
  /** Which blocks' outputs, as for `LayeredEncoder.outputs`: [-1], the features, unless given. Others have one output. */
  readonly layers?: readonly number[];
  /** Texts that travel in the file, such as how images are prepared. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * An encoder as an ONNX file, for inference elsewhere: its evaluation behaviour, whatever mode it is in, in float32, for
 * operator set 17. The batch `n` is open. A `LayeredEncoder` takes `images` [n, channels, height, width] and gives `features`
 * [n, featDim] and, by number from 0 on, the blocks that `layers` names: `block6`. A `QuickThought` takes `words` [n, places], int64,
 * and how many of a sentence's places count, `lengths` [n], int64, and gives `features` [n, 4 hidden], `f` and `g`; a
 * `SentenceEncoder` `features` [n, 2 hidden] alone. An `Embedding` takes `indices` [n], int64. Any other module takes `input`, or
 * what it says itself (`Module.toOnnxGraph`). Weights have the names of the state dict. Works on every device.
 * Rejects for a module inside that does not say what it is (`Module.toOnnx`), naming it, for sizes that its layers do not
 * take, for a block that `layers` names twice, and above 2 GiB.
 */
export async function exportOnnx(encoder: Module | OnnxModel, options: ExportOnnxOptions = {}): Promise<Uint8Array> {
  return onnxBytes(onnxGraphOf(encoder, options), options.metadata);
}

/** The graph of `exportOnnx`, whose weights are where they are. */
export function onnxGraphOf(encoder: Module | OnnxModel, options: ExportOnnxOptions = {}): OnnxGraph {
  const { input, layers } = checkOptions("exportOnnx", options, ["input", "layers", "metadata"]);
  checkInput(input ?? []);
  if (layers?.length === 0) throw new RangeError("exportOnnx: layers is empty: leave it out for the features");
  const graph = graphFor(encoder);
  if (encoder.toOnnxGraph) encoder.toOnnxGraph(graph, { input, layers });
  else tensorGraph(encoder, graph, { input, layers });
  return graph;
}

/** The graph of a module that says no more than what becomes of a tensor. */
function tensorGraph(encoder: Module<never>, graph: OnnxGraph, { input, layers = [-1] }: OnnxChoice): void {
  const what = `a ${encoder.constructor.name}`;
  if (input === undefined) {
    const remedy = "give { input: [784] }, the sizes of one sample";
    throw new TypeError(`exportOnnx: ${what} does not say what it takes: ${remedy}`);
  }
  if (layers.length !== 1 || layers[0] !== -1) {
    throw new TypeError(`exportOnnx: layers are for an encoder of blocks, ${what} has one output`);
  }
  const through = (graph: OnnxGraph, batch: number | "n"): OnnxValue =>
    graph.through(encoder, graph.input("input", [batch, ...input]));
  const features = through(graph, "n");
  // An open size does not tell whether it is the batch's; batches of two sizes do, so large that windows would fit in them.
  const ofBatch = [10_007, 10_009].every((n) => through(graphFor(encoder), n).shape[0] === n);
  graph.output("features", features, ofBatch ? "n" : "");
}

function checkInput(input: readonly (number | string)[]): void {
  checkShape(
    input.filter((size) => typeof size !== "string"),
    "exportOnnx: input",
  );
  const name = input.find((size) => size === "" || size === "n");
  if (name === undefined) return;
  const why = name === "" ? "is no name" : "is the batch";
  throw new RangeError(`exportOnnx: input: "${name}" ${why}: call an open size by a name of its own, such as "width"`);
}

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
