import type { Device, DType, Floats, Storage } from "../devices/device.ts";
import { type Shape, sameShape, show, sizeOf } from "../shape.ts";
import { format } from "./format.ts";
import { Holder, hold, release, share, track } from "./scope.ts";

/** A saved value and the version of it that the graph recorded. */
export interface Saved {
  readonly tensor: Tensor;
  readonly version: number;
}

/**
 * One recorded op, sitting on its output and immutable; a leaf has neither inputs nor vjp. Ids grow, so descending id
 * order is a topological order. A node knows the shapes of its inputs but keeps only the values its vjp will read.
 */
export interface Node {
  readonly id: number;
  /** The op's name; a leaf is called "leaf". */
  readonly name: string;
  readonly shape: Shape;
  /** The inputs' nodes; undefined where an input requires no gradient. */
  readonly inputs: readonly (Node | undefined)[];
  readonly saved: ReadonlyMap<string, Saved>;
  /**
   * Gradient with respect to input `index`, given the output's gradient `g` and the saved tensors by name, to which it adds
   * what the gradients of other inputs will read as well: one record for each g.
   */
  vjp?(index: number, g: Tensor, saved: Record<string, Tensor>): Tensor;
}

let nodes = 0;

/** The id of a new node. */
export function nextId(): number {
  return ++nodes;
}

function leaf(shape: Shape): Node {
  return { id: nextId(), name: "leaf", shape, inputs: [], saved: new Map() };
}

/**
 * An n-dimensional array of numbers on a device, with the op that made it where a gradient is wanted. Immutable: every
 * op returns a new tensor. Only `Parameter` and `Buffer` can be given another value.
 */
export class Tensor extends Holder {
  readonly shape: Shape;
  protected held: Storage;
  /** How often the value was replaced. */
  protected replaced = 0;
  protected recorded: Node | undefined;

  /** For ops and devices; users call `tensor(values)`. */
  constructor(storage: Storage, shape: Shape, node?: Node) {
    super();
    this.held = storage;
    this.shape = shape;
    this.recorded = node;
    storage.shape ??= shape;
    share(storage);
  }

  get storage(): Storage {
    return this.held;
  }

  get device(): Device {
    return this.held.device;
  }

  get dtype(): DType {
    return this.held.device.dtype;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  get requiresGrad(): boolean {
    return this.node !== undefined;
  }

  get node(): Node | undefined {
    return this.recorded;
  }

  get version(): number {
    return this.replaced;
  }

  /** The same numbers with no history: backward stops here. */
  detach(): Tensor {
    return new Tensor(this.held, this.shape);
  }

  /** The same numbers as a new leaf whose gradient `backward` will return. */
  withGrad(): Tensor {
    return new Tensor(this.held, this.shape, leaf(this.shape));
  }

  /** A copy of the numbers, row by row. */
  async data(): Promise<Floats> {
    return this.held.read();
  }

  /** Like `data`, at once. Throws where the device reads asynchronously. */
  dataSync(): Floats {
    return this.held.readSync();
  }

  /** The one number of a tensor with one element. Throws for any other size. */
  async item(): Promise<number> {
    this.#checkSingle("item");
    return (await this.held.read())[0];
  }

  /** Like `item`, at once. Throws where the device reads asynchronously. */
  itemSync(): number {
    this.#checkSingle("itemSync");
    return this.held.readSync()[0];
  }

  /** The same numbers, without history, on another device; this tensor itself if it is there already. */
  async to(device: Device): Promise<Tensor> {
    if (device === this.device) return this;
    return upload(await this.data(), this.shape, device);
  }

  /** Shape, device and values as NumPy would print them. */
  override toString(): string {
    const title = `Tensor ${show(this.shape)} on ${this.device.name}${this.requiresGrad ? ", requires gradient" : ""}`;
    if (this.held.freed) return `${title}: freed`;
    if (this.device.asynchronous) return `${title}: await data() to see the values`;
    return `${title}\n${format(this.dataSync(), this.shape)}`;
  }

  /** @internal */
  override storages(): Iterable<Storage> {
    return [this.held];
  }

  #checkSingle(what: string): void {
    if (this.size !== 1) {
      throw new TypeError(`${what}: needs one element, got shape ${show(this.shape)}; data() gives all of them`);
    }
  }
}

/** A new tensor without history from numbers in row-major order. */
export function upload(values: ArrayLike<number>, shape: Shape, device: Device): Tensor {
  const storage = device.upload(values);
  track(storage);
  return new Tensor(storage, shape);
}

/** A tensor whose value can be replaced by another of its shape. What a graph saved of the old value is then stale. */
abstract class Variable extends Tensor {
  constructor(value: Tensor) {
    super(value.storage, value.shape);
    hold(this.held);
  }

  /** The present value, without history. Assigning keeps the new numbers past every scope and lets go of the old. */
  get value(): Tensor {
    return this.detach();
  }

  set value(value: Tensor) {
    if (!sameShape(value.shape, this.shape)) {
      throw new RangeError(`value: needs the variable's shape ${show(this.shape)}, got ${show(value.shape)}`);
    }
    const before = this.held;
    this.held = value.storage;
    hold(this.held);
    release(before);
    this.replaced++;
  }
}

/** A weight: a leaf that optimizers replace. */
export class Parameter extends Variable {
  constructor(value: Tensor) {
    super(value);
    this.unfreeze();
  }

  /** From now on ops treat it as a constant. */
  freeze(): void {
    this.recorded = undefined;
  }

  unfreeze(): void {
    this.recorded ??= leaf(this.shape);
  }
}

/** State that is saved with a model and never receives a gradient, such as a running mean. */
export class Buffer extends Variable {}
