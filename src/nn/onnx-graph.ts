import { Tensor } from "../autograd/tensor.ts";
import type { OnnxArray, OnnxAttribute, OnnxNode, OnnxPort } from "../onnx.ts";
import { type Shape, show } from "../shape.ts";
import { ownerOf } from "./owner-of.ts";

/** A value in a graph under construction, by name. A size that is open until the graph runs is NaN, as all that follows from it. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: Shape;
}

/** What a graph asks of a layer: `Module` says what it is. */
export interface OnnxLayer {
  toOnnx?(graph: OnnxGraph, x: OnnxValue): OnnxValue;
}

/** What the state dict calls the parts of a model. */
export interface OnnxNames {
  readonly layers: ReadonlyMap<object, string>;
  readonly weights: ReadonlyMap<Tensor, string>;
}

/** What a node takes: a value, a weight of the model, or nothing where ONNX lets an input be left out. */
export type OnnxOperand = OnnxValue | Tensor | undefined;

/**
 * An ONNX graph that layers add nodes to (`Module.toOnnx`). Weights have the names of the state dict, nodes and their values
 * that of their layer and their operator: `blocks.0.0/Conv`.
 */
export class OnnxGraph {
  readonly inputs: OnnxPort[] = [];
  readonly outputs: OnnxPort[] = [];
  readonly nodes: OnnxNode[] = [];
  /** Those that nodes take, in the order in which they are first taken. */
  readonly weights: Map<string, Tensor> = new Map();
  readonly constants: Map<string, OnnxArray> = new Map();
  readonly #names: OnnxNames;
  readonly #taken: Set<string> = new Set();
  /** Of the layer that is speaking. */
  #path = "";

  constructor(names: OnnxNames) {
    this.#names = names;
    for (const name of names.weights.values()) this.#taken.add(name);
  }

  /** Something that the graph takes. A size with a name is open until the graph runs. Throws where the name is taken. */
  input(name: string, shape: OnnxPort["shape"], type: OnnxPort["type"] = "float32"): OnnxValue {
    this.#claim(name, "input");
    this.inputs.push({ name, type, shape });
    return { name, shape: shape.map((size) => (typeof size === "number" ? size : Number.NaN)) };
  }

  /** Has the graph give a value, under this name. Its first size, if it is open, is called `batch`. Throws as `input` does. */
  output(name: string, value: OnnxValue, batch: string): void {
    this.#claim(name, "output");
    const node = { name: this.#unique(`${name}/Identity`), op: "Identity", inputs: [value.name], outputs: [name] };
    this.nodes.push({ ...node, attributes: {} });
    const open = (d: number): string => (d === 0 ? batch : "");
    this.outputs.push({ name, type: "float32", shape: value.shape.map((n, d) => (Number.isNaN(n) ? open(d) : n)) });
  }

  /** What `layer` makes of x. Throws, naming it, for a layer that does not say what it is. */
  through(layer: OnnxLayer, x: OnnxValue): OnnxValue {
    return this.within(layer, (speaking) => speaking.toOnnx(this, x));
  }

  /**
   * What `describe` adds for `layer`, under its name, by the layer's method `said`. Throws, naming the layer, where that
   * method is missing, or inherited past one of `meant` that is newer: then it would be about another.
   */
  within<Layer extends OnnxLayer, T>(
    layer: Layer,
    describe: (speaking: Layer & Required<OnnxLayer>) => T,
    said: string = "toOnnx",
    meant: readonly string[] = ["forward"],
  ): T {
    const outer = this.#path;
    this.#path = this.#names.layers.get(layer) ?? outer;
    const described = describe(this.#speaking(layer, said, meant));
    this.#path = outer;
    return described;
  }

  /** Adds a node with one output, of this shape. */
  node(
    op: string,
    inputs: readonly OnnxOperand[],
    shape: Shape,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): OnnxValue {
    const [value] = this.nodeOf(op, inputs, [shape], attributes);
    return value;
  }

  /** Adds a node with an output for each of the shapes; undefined is one that nobody wants. */
  nodeOf<Shapes extends readonly (Shape | undefined)[]>(
    op: string,
    inputs: readonly OnnxOperand[],
    shapes: readonly [...Shapes],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): { [I in keyof Shapes]: OnnxValue } {
    const name = this.#unique(this.#path === "" ? op : `${this.#path}/${op}`);
    const values = shapes.map((shape, i) => ({
      name: shape === undefined ? "" : i === 0 ? name : this.#unique(`${name}:${i}`),
      shape: shape ?? [],
    }));
    const given = inputs.slice(0, inputs.findLastIndex((input) => input !== undefined) + 1);
    const taken = given.map((input) => (input === undefined ? "" : this.#operand(op, input).name));
    this.nodes.push({ name, op, inputs: taken, outputs: values.map((value) => value.name), attributes });
    return values as { [I in keyof Shapes]: OnnxValue };
  }

  /** Numbers that are no part of the state dict. `name` is what they are to the layer that is speaking. */
  constant(name: string, data: OnnxArray["data"], shape: Shape): OnnxValue {
    const own = this.#unique(this.#path === "" ? name : `${this.#path}.${name}`);
    this.constants.set(own, { shape, data });
    return { name: own, shape };
  }

  #operand(op: string, input: OnnxValue | Tensor): OnnxValue {
    if (!(input instanceof Tensor)) return input;
    const name = this.#names.weights.get(input);
    if (name === undefined) {
      throw new Error(
        `exportOnnx: ${this.#here()} gives ${op} a tensor ${show(input.shape)} that is no Parameter or Buffer of the model: ` +
          "keep it in a field of the layer, or add its numbers with graph.constant",
      );
    }
    this.weights.set(name, input);
    return { name, shape: input.shape };
  }

  #speaking<Layer extends OnnxLayer>(
    layer: Layer,
    said: string,
    meant: readonly string[],
  ): Layer & Required<OnnxLayer> {
    const speaker = ownerOf(layer, said);
    const newer = meant.find((method) => {
      const owner = ownerOf(layer, method);
      return !(speaker && (speaker === owner || (owner && Object.prototype.isPrototypeOf.call(owner, speaker))));
    });
    if (newer === undefined) return layer as Layer & Required<OnnxLayer>;
    const { name } = layer.constructor;
    const lacks = speaker ? `has a method ${newer} of its own but inherits ${said}` : `has no ${said}`;
    const method = said === "toOnnx" ? "toOnnx(graph, x)" : said;
    throw new TypeError(
      `exportOnnx: ${this.#here()} (${name}) ${lacks}: give ${name} a method ${method} that adds the nodes for what ` +
        `its ${newer} does in evaluation, and returns what comes out`,
    );
  }

  #here(): string {
    return this.#path === "" ? "the model" : this.#path;
  }

  /** The name, from now on taken; numbered where it was before. */
  #unique(name: string): string {
    let free = name;
    for (let k = 1; this.#taken.has(free); k++) free = `${name}.${k}`;
    this.#taken.add(free);
    return free;
  }

  /** Takes a name that others know the graph by, which cannot be numbered. */
  #claim(name: string, what: "input" | "output"): void {
    if (this.#taken.has(name)) {
      const found = `the model has a weight or a constant called ${name}, as the graph's ${what} is`;
      throw new Error(`exportOnnx: ${found}: rename the field`);
    }
    this.#taken.add(name);
  }
}
