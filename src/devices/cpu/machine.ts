import { show } from "../../shape.ts";
import { Breath } from "../breath.ts";
import { type Device, Journal, type Storage } from "../device.ts";
import { type Exports, kernels } from "./kernels.generated.ts";
import { type Block, Pool } from "./pool.ts";
import { CpuStorage, type Memory } from "./storage.ts";

/** Bytes of memory at most: addresses have 32 bits, and the end of the last block must be one too. */
const addressSpace = 2 ** 32 - 65_536;
/** Integers that one launch may pass by address. */
const argumentCount = 1024;

/**
 * Gives back the blocks of storages that were collected. One for all machines: a registry of a machine's own goes with the
 * machine, and with it the finalizers that were still to run.
 */
const collected = new FinalizationRegistry<{ pool: Pool; block: Block }>(({ pool, block }) => pool.give(block));

/** What is shared out among threads. */
export interface Units {
  /** How many there are. Any part of them may be computed by itself: no result depends on where they are cut. */
  readonly units: number;
  /** As many as are worth a thread's while, some ten microseconds of work; cuts lie on multiples of it. */
  readonly grain: number;
  /** Floats of scratch memory that each thread needs, if the kernel takes any. */
  readonly room?: number;
}

/** What a kernel is given beside its scratch memory and the units from .. to that it computes, which come last. */
type Given<Kernel extends keyof Exports, Over extends Units> =
  Parameters<Exports[Kernel]> extends [
    ...infer Rest,
    ...(Over extends { room: number } ? [scratch: number] : []),
    from: number,
    to: number,
  ]
    ? Rest
    : never;

interface Started {
  readonly run: Exports;
  readonly memory: WebAssembly.Memory;
  readonly pool: Pool;
  /** Where integers for a launch lie. */
  readonly integers: number;
}

/**
 * The WebAssembly module with its memory, and what a kernel needs around it: results, scratch space, integers by
 * address. Compiled at the first launch, so that importing the library costs nothing.
 */
export class Machine implements Memory {
  readonly #device: Device;
  readonly #limit: number;
  readonly journal: Journal = new Journal();
  #started: Started | undefined;
  readonly #breath: Breath;

  constructor(device: Device, limit: number = addressSpace) {
    this.#device = device;
    this.#limit = limit;
    this.#breath = new Breath(() => this.pool.used, limit);
  }

  /** The module's functions. They take byte addresses and sizes; the loop each one stands for is in its docstring. */
  get run(): Exports {
    return this.#start().run;
  }

  get pool(): Pool {
    return this.#start().pool;
  }

  /** A new storage of `size` numbers, not yet set, for the result of the kernel `name`, which is counted. */
  make(name: string, size: number): CpuStorage {
    this.journal.ran(name);
    return this.allocate(size);
  }

  /** The same for numbers that no kernel computed. */
  allocate(size: number): CpuStorage {
    return new CpuStorage(this.#device, this, size);
  }

  occupy(storage: CpuStorage): Block {
    const block = this.#take(4 * storage.size);
    collected.register(storage, { pool: this.pool, block }, storage);
    return block;
  }

  vacate(storage: CpuStorage, block: Block): void {
    collected.unregister(storage);
    this.pool.give(block);
  }

  pass(block: Block, from: CpuStorage, to: CpuStorage): void {
    collected.unregister(from);
    collected.register(to, { pool: this.pool, block }, to);
  }

  /** An input, which has to be this device's own. */
  own(x: Storage): CpuStorage {
    if (x instanceof CpuStorage && x.device === this.#device) return x;
    throw new TypeError(`${this.#device.name}: this storage is on ${x.device.name}`);
  }

  /** Where an input's numbers begin. */
  at(x: Storage): number {
    return this.own(x).address;
  }

  /** Runs `f` with the address of room for `count` floats, which is given back afterwards. */
  scratch<T>(count: number, f: (address: number) => T): T {
    const block = this.#take(4 * count);
    try {
      return f(block.address);
    } finally {
      this.pool.give(block);
    }
  }

  /** Runs a kernel on units 0 .. `units`, on as many threads as that is worth; see `Units`. */
  share<Kernel extends keyof Exports, Over extends Units>(
    kernel: Kernel,
    { units, room }: Over,
    ...given: Given<Kernel, Over>
  ): void {
    const run = this.run[kernel] as (...args: readonly unknown[]) => void;
    if (units === 0) return;
    if (room === undefined) run(...given, 0, units);
    else this.scratch(room, (scratch) => run(...given, scratch, 0, units));
  }

  /** Puts integers where a kernel finds them, until the next call. Returns their address. */
  integers(...lists: readonly (readonly number[])[]): number {
    const { memory, integers } = this.#start();
    const values = lists.flat();
    if (values.length > argumentCount)
      throw new RangeError(`${this.#device.name}: ${values.length} sizes in one launch`);
    new Int32Array(memory.buffer, integers, values.length).set(values);
    return integers;
  }

  floats(address: number, size: number): Float32Array {
    return new Float32Array(this.#start().memory.buffer, address, size);
  }

  breathe(): Promise<void> {
    return this.#breath.take();
  }

  #start(): Started {
    if (this.#started) return this.#started;
    const memory = new WebAssembly.Memory({ initial: 1, maximum: addressSpace / 65_536 });
    const bytes = Uint8Array.from(atob(kernels), (character) => character.charCodeAt(0));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    const pool = new Pool(memory, this.#limit); // what is below its first block is the module's own: its constants
    const block = pool.take(4 * argumentCount);
    if (block === undefined) throw new Error(`${this.#device.name}: the engine grants no WebAssembly memory`);
    this.#started = { run: instance.exports as unknown as Exports, memory, pool, integers: block.address };
    return this.#started;
  }

  #take(bytes: number): Block {
    const { pool } = this.#start();
    const block = pool.take(bytes);
    if (block === undefined) throw new Error(this.#full(bytes));
    return block;
  }

  /** What to say when memory is full: how much is alive, its largest shapes, and the two ways not to get here. */
  #full(bytes: number): string {
    const groups = new Map<string, { count: number; size: number }>();
    for (const { shape, size } of this.pool.blocks()) {
      const label = shape ? show(shape) : "scratch";
      const group = groups.get(label) ?? { count: 0, size: 0 };
      groups.set(label, { count: group.count + 1, size: group.size + size });
    }
    const largest = [...groups]
      .sort(([, a], [, b]) => b.size - a.size)
      .slice(0, 5)
      .map(([what, { count, size }]) => `${count} x ${what} (${megabytes(size)})`);
    return (
      `${this.#device.name}: out of memory: ${megabytes(bytes)} more do not fit beside the ${megabytes(this.pool.used)} in use ` +
      `(of ${megabytes(this.#limit)}). Largest: ${largest.join(", ")}. A loop frees what it makes if it runs in ` +
      "scope(() => ...) or uses trainStep; a loop without them must await data() or item() now and then"
    );
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
