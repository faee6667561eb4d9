import type { Device, FusedKernels, Storage } from "../devices/device.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { recording } from "./recording.ts";
import { track } from "./scope.ts";
import { type Node, nextId, type Saved, Tensor } from "./tensor.ts";

/** What a plan must say; whatever else it holds is handed to forward and vjp. */
export interface Plan {
  readonly inputs: readonly Tensor[];
  readonly shape: Shape;
}

/** A plan without its input tensors, which a graph must not hold, but with their shapes, and of which a gradient is wanted. */
export type Call<P extends Plan = Plan> = Readonly<
  Omit<P, "inputs"> & { shape: Shape; shapes: readonly Shape[]; wanted: readonly boolean[] }
>;

/** Saved tensors by name: an input's name, `y` for the output, or the name of an extra. */
export type SavedTensors = Readonly<Record<string, Tensor>>;

/** The gradient with respect to one input, given the output's gradient `g`. Written with ops, it has gradients itself. */
export type Vjp<P extends Plan = Plan> = (g: Tensor, saved: SavedTensors, call: Call<P>) => Tensor;

/** What several vjps read of the output's gradient: worked out once a backward, when the first of them asks for it. */
export interface Shared<P extends Plan = Plan> {
  readonly of: Vjp<P>;
  /** The names of the values that `of` reads: they are saved for every vjp that reads what is shared. */
  readonly saves: readonly string[];
}

/** What forward may return: the output, or the output and extras (constants that only the vjps see). */
export type Computed = Storage | Readonly<{ y: Storage; extras: Readonly<Record<string, readonly [Storage, Shape]>> }>;

/** All that is known about an op, in one place. */
export interface Definition<Args extends unknown[], P extends Plan> {
  readonly name: string;
  /** Names of the inputs, for `saves`; `y` is the output's. */
  readonly names: readonly string[];
  /** Checks the arguments, throwing with names and shapes, and works out the output's shape. */
  plan(...args: Args): P;
  /** Calls a kernel. */
  forward(device: Device, inputs: readonly Storage[], call: Call<P>): Computed;
  /**
   * One function per input, null where the op has no gradient; or, for any number of inputs, a function of the index.
   * A fused op may do without: where a gradient is wanted it is then its composition.
   */
  readonly vjp?: readonly (Vjp<P> | null)[] | ((index: number) => Vjp<P>);
  /** By name, as the vjps find it among what was saved. */
  readonly shared?: Readonly<Record<string, Shared<P>>>;
  /** For each vjp the names of the values it reads, shared ones too: those and no others are saved. Without it nothing is. */
  readonly saves?: readonly (readonly string[])[];
  /** The fused kernel that `forward` calls: an op that may do without has a `compose`. */
  readonly kernel?: keyof FusedKernels;
  /** What the op means in other ops: used where the device lacks the fused kernel. */
  readonly compose?: (...args: Args) => Tensor;
  /** Where tests draw inputs from, one interval for all or one each: [-2, 2] unless given. */
  readonly domain?: readonly [number, number] | readonly (readonly [number, number])[];
}

/** An op is its function and carries its definition, so that tests can ask what it claims. */
export interface Op<Args extends unknown[]> {
  (...args: Args): Tensor;
  // biome-ignore lint/suspicious/noExplicitAny: each op has a plan of its own, known inside its definition alone
  readonly definition: Definition<Args, any>;
}

/** The constructor of every op, and of an op of your own: returns a function that computes, records and has a gradient. */
export function defineOp<Args extends unknown[], P extends Plan>(definition: Definition<Args, P>): Op<Args> {
  const { name, names, kernel, compose, vjp } = definition;
  if (names.includes("y")) throw new Error(`defineOp: ${name} names an input "y", which is the output's name`);
  if (!vjp && !compose) throw new Error(`defineOp: ${name} has neither a vjp nor a composition`);
  const op = (...args: Args): Tensor => {
    const plan = definition.plan(...args);
    const device = commonDevice(name, plan.inputs);
    const hasKernel = kernel !== undefined && device.fused[kernel] !== undefined;
    const differentiable = vjp || !recording() || plan.inputs.every((x) => !x.requiresGrad);
    return compose && !(hasKernel && differentiable) ? compose(...args) : apply(definition, plan, device);
  };
  return Object.assign(op, { definition });
}

/** Runs an op's forward and, where a gradient is wanted, puts its node on the output. */
function apply<Args extends unknown[], P extends Plan>(
  definition: Definition<Args, P>,
  plan: P,
  device: Device,
): Tensor {
  const { name, names, saves, shared = {} } = definition;
  const { inputs, ...rest } = plan;
  const { vjp = inputs.map(() => null) } = definition;
  const vjps = inputs.map((_, i): Vjp<P> | null | undefined => (typeof vjp === "function" ? vjp(i) : vjp[i]));
  if (vjps.includes(undefined)) throw new Error(`${name}: needs a vjp for each input, null where it has no gradient`);
  const nodes = inputs.map((x, i) => (recording() && vjps[i] ? x.node : undefined));
  const wanted = nodes.map((node) => node !== undefined);
  const call = { ...rest, shapes: inputs.map((x) => x.shape), wanted } as Call<P>;
  const given = inputs.map((x) => x.storage);
  const computed = definition.forward(device, given, call);
  const { y: storage, extras } = "y" in computed ? computed : { y: computed, extras: {} };
  if (storage.size !== sizeOf(plan.shape)) {
    throw new Error(`${name}: forward made ${storage.size} numbers for a result of shape [${plan.shape}]`);
  }
  if (!given.includes(storage)) track(storage);
  if (!wanted.includes(true)) {
    for (const [extra] of Object.values(extras)) if (extra !== storage && !given.includes(extra)) extra.free(); // no vjp sees it
    return new Tensor(storage, plan.shape);
  }
  for (const [extra] of Object.values(extras)) track(extra);

  const saved = new Map<string, Saved>();
  const node: Node = {
    id: nextId(),
    name,
    shape: plan.shape,
    inputs: nodes,
    saved,
    vjp(index, g, tensors) {
      /** What was saved, as far as it was declared; what is shared joins it. */
      const reading = (who: string, declared: readonly string[]): SavedTensors =>
        new Proxy(tensors, {
          get(target, key) {
            if (typeof key !== "string" || !declared.includes(key)) {
              throw new Error(`${name}: ${who} reads "${String(key)}" but saves only [${declared.join(", ")}]`);
            }
            if (shared[key]) target[key] ??= shared[key].of(g, reading(key, shared[key].saves), call);
            return target[key];
          },
        });
      const gradient = vjps[index]?.(g, reading(`vjp ${index}`, saves?.[index] ?? []), call);
      if (!gradient) throw new Error(`${name}: input ${index} has no gradient`);
      return gradient;
    },
  };
  const y = new Tensor(storage, plan.shape, node);
  nodes.forEach((input, i) => {
    for (const key of ((input && saves?.[i]) || []).flatMap((key) => shared[key]?.saves ?? [key])) {
      const tensor = key === "y" ? y : extras[key] ? new Tensor(...extras[key]) : inputs[names.indexOf(key)];
      if (!tensor) throw new Error(`${name}: saves "${key}", which is no input, no extra and not y`);
      saved.set(key, { tensor, version: tensor.version });
    }
  });
  return y;
}

/** The device that all inputs are on. */
function commonDevice(what: string, inputs: readonly Tensor[]): Device {
  const device = inputs[0].device;
  for (const x of inputs) {
    if (!(x instanceof Tensor)) {
      throw new TypeError(`${what}: needs a tensor, got ${typeof x}; tensor(values) makes one`);
    }
    if (x.device !== device) {
      const remedy = "move one (a model too): await x.to(device)";
      throw new TypeError(`${what}: inputs are on different devices, ${device.name} and ${x.device.name}; ${remedy}`);
    }
  }
  return device;
}
