import { Buffer, Parameter, Tensor } from "../autograd/tensor.ts";
import type { Device } from "../devices/device.ts";
import type { Activation, MaxPooling } from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { sameShape, show } from "../shape.ts";
import type { OnnxChoice } from "./onnx-choice.ts";
import type { OnnxGraph, OnnxValue } from "./onnx-graph.ts";

/** A model's weights and buffers by PyTorch's names. */
export type StateDict = Record<string, Tensor>;

/**
 * Base of every layer and encoder: fields that are Parameters, Buffers or Modules, or arrays of them, are its state, and
 * the fields' names are the state's names, as in PyTorch (`blocks.0.weight`). `Input` is what `forward` takes: a tensor, or
 * whole numbers such as words; `Module<never>` stands for a module whatever it takes.
 */
export abstract class Module<Input = Tensor> {
  /** Whether layers with two behaviours (dropout, batch norm) show the training one. */
  training: boolean = true;

  abstract forward(x: Input): Tensor;

  /** The op that `forward` is, where it is one that the layer before may apply in the same pass over memory. */
  get activation(): Activation | undefined {
    return undefined;
  }

  /** The max pooling that `forward` is, where it is one, in like manner. */
  get maxPooling(): MaxPooling | undefined {
    return undefined;
  }

  /** `forward` and then the activation, in one pass over memory, where a layer has such a way. */
  forwardWith?(x: Input, activation: Activation): Tensor;

  /** `forward`, the activation and then the pooling, in like manner: what is pooled is never made. */
  forwardPooled?(x: Input, activation: Activation, maxPool: MaxPooling): Tensor;

  /**
   * Adds to an ONNX graph the nodes for what `forward` does of x in evaluation, and returns what comes out (`exportOnnx`).
   * Nodes take weights as they are, `graph.node("Gemm", [x, this.weight], shape)`; layers inside, `graph.through(layer, x)`.
   */
  toOnnx?(graph: OnnxGraph, x: OnnxValue): OnnxValue;

  /**
   * Adds to an empty ONNX graph what it takes and what it gives, where that is not `input`, a tensor, and `features`. Throws
   * for a choice that there is not.
   */
  toOnnxGraph?(graph: OnnxGraph, choice: OnnxChoice): void;

  /** This module, called "", and every one inside it with its dotted name; one that is shared comes once, by its first name. */
  namedModules(): [name: string, module: Module<never>][] {
    const names = new Map<Module<never>, string>([[this, ""]]);
    for (const [name, child] of this.#children()) {
      for (const [key, inner] of child.namedModules())
        if (!names.has(inner)) names.set(inner, key === "" ? name : `${name}.${key}`);
    }
    return [...names].map(([module, name]) => [name, module]);
  }

  /** Every weight with its dotted name, in the order of the fields; one that is shared comes once, by its first name. */
  namedParameters(): [name: string, parameter: Parameter][] {
    return this.#named(Parameter);
  }

  /** Every buffer with its dotted name, in like manner. */
  namedBuffers(): [name: string, buffer: Buffer][] {
    return this.#named(Buffer);
  }

  /** Every weight, in the order of `namedParameters`: what an optimizer takes. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** The present values of all weights and buffers. Later training does not change them. */
  stateDict(): StateDict {
    return Object.fromEntries(this.#state().map(([name, variable]) => [name, variable.value]));
  }

  /**
   * Takes over the values of `state`, all or nothing. Throws listing every missing, unexpected and misshapen entry, and
   * those on another device; with `strict: false` missing and unexpected ones are passed over, the others not.
   */
  loadStateDict(state: StateDict, options: { strict?: boolean } = {}): void {
    const { strict = true } = checkOptions("loadStateDict", options, ["strict"]);
    const own = new Map(this.#state());
    const problems: string[] = [];
    for (const [name, variable] of own) {
      const given = state[name];
      if (given !== undefined && !(given instanceof Tensor)) {
        problems.push(`"${name}" is not a tensor`);
      } else if (given === undefined) {
        if (strict) problems.push(`missing "${name}" ${show(variable.shape)}`);
      } else if (!sameShape(given.shape, variable.shape)) {
        problems.push(`"${name}" has shape ${show(given.shape)}, needs ${show(variable.shape)}`);
      } else if (given.device !== variable.device) {
        problems.push(
          `"${name}" is on ${given.device.name}, needs ${variable.device.name}: move it, await tensor.to(device)`,
        );
      }
    }
    if (strict) {
      for (const name of Object.keys(state)) if (!own.has(name)) problems.push(`unexpected "${name}"`);
    }
    if (problems.length > 0) throw new Error(`loadStateDict: nothing was loaded:\n  ${problems.join("\n  ")}`);
    for (const [name, variable] of own) {
      const given = state[name];
      if (given !== undefined) variable.value = given;
    }
  }

  /** Switches this module and all inside it to training behaviour. Returns itself. */
  train(): this {
    return this.#setTraining(true);
  }

  /** Switches this module and all inside it to evaluation behaviour. Returns itself. */
  eval(): this {
    return this.#setTraining(false);
  }

  /** Makes every weight a constant: no gradients, no updates. Returns itself. */
  freeze(): this {
    for (const parameter of this.parameters()) parameter.freeze();
    return this;
  }

  /** Moves all weights and buffers to a device. Returns itself, moved. */
  async to(device: Device): Promise<this> {
    const moved = await Promise.all(
      this.#state().map(async ([, variable]) => ({ variable, value: await variable.value.to(device) })),
    );
    for (const { variable, value } of moved) variable.value = value;
    return this;
  }

  #setTraining(training: boolean): this {
    this.training = training;
    for (const [, child] of this.#children()) child.#setTraining(training);
    return this;
  }

  #named<Kind extends Parameter | Buffer>(kind: new (value: Tensor) => Kind): [name: string, variable: Kind][] {
    const names = new Map<Kind, string>();
    for (const [name, variable] of this.#state())
      if (variable instanceof kind && !names.has(variable)) names.set(variable, name);
    return [...names].map(([variable, name]) => [name, variable]);
  }

  #state(): [string, Parameter | Buffer][] {
    const own = this.#fields().filter(
      (entry): entry is [string, Parameter | Buffer] => entry[1] instanceof Parameter || entry[1] instanceof Buffer,
    );
    const inner = this.#children().flatMap(([name, child]) =>
      child.#state().map(([key, variable]): [string, Parameter | Buffer] => [`${name}.${key}`, variable]),
    );
    return [...own, ...inner];
  }

  #children(): [string, Module<never>][] {
    return this.#fields().filter((entry): entry is [string, Module<never>] => entry[1] instanceof Module);
  }

  /** The fields, and in place of an array its items under `name.0`, `name.1`, ... */
  #fields(): [string, unknown][] {
    return Object.entries(this).flatMap(([name, field]): [string, unknown][] =>
      Array.isArray(field) ? field.map((item, i) => [`${name}.${i}`, item]) : [[name, field]],
    );
  }
}
