import { Breath } from "../breath.ts";
import type { Device, Storage } from "../device.ts";
import { Journal } from "../journal.ts";
import { fullError } from "./full.ts";
import type { Exports } from "./kernels.generated.ts";
import { compiled } from "./module.ts";
import { type Block, Pool } from "./pool.ts";
import { CpuStorage, type Memory } from "./storage.ts";
import { type Kernel, mostThreads } from "./threads/board.ts";
import { Crew, type Program } from "./threads/crew.ts";
import { cores, threadsMissing } from "./threads/host.ts";

/** Bytes of memory at most: addresses have 32 bits, and the end of the last block must be one too. */
const addressSpace = 2 ** 32 - 65_536;
/** Integers that one launch may pass by address. */
const argumentCount = 1024;
/** Threads are started once launches that could have used them took so many milliseconds: to start one takes 30. */
const worthThreads = 10;
/** Into how many chunks for each thread a launch is cut: more even out late starts, fewer cost less. */
const chunksPerThread = 4;

/** How a device is set up; all of it has a default. */
export interface MachineOptions {
  /** Bytes of memory at most. */
  readonly limit?: number;
  /** How many threads compute: as many as there are cores unless given. */
  readonly threads?: number;
  /** Whether memory is shared, which threads need: where it can be unless given. */
  readonly shared?: boolean;
  /** Whether launches are cut as finely as can be, whatever that costs: for specs. No result depends on it. */
  readonly finely?: boolean;
  /** Whether multiplications and additions go into one instruction: where the engine has it unless given. */
  readonly relaxed?: boolean;
}

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
type Given<Name extends keyof Exports, Over extends Units> = Over extends { room: number }
  ? Before<Parameters<Exports[Name]>, [scratch: number, from: number, to: number]>
  : Before<Parameters<Exports[Name]>, [from: number, to: number]>;

type Before<All extends unknown[], Last extends unknown[]> = All extends [...infer First, ...Last] ? First : never;

/** Sends the threads of a machine home that was collected. */
const abandoned = new FinalizationRegistry<Crew>((crew) => crew.dismiss());

interface Started extends Program {
  readonly run: Exports;
  readonly relaxed: boolean;
  /** Which of `kernels` a name is. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly pool: Pool;
  /** Where integers for a launch lie. */
  readonly integers: number;
}

/**
 * The WebAssembly module with its memory and its threads, and what a kernel needs around it: results, scratch space,
 * integers by address. Compiled at the first launch, so that importing the library costs nothing.
 */
export class Machine implements Memory {
  readonly #device: Device;
  readonly #limit: number;
  readonly #options: MachineOptions;
  readonly journal: Journal = new Journal();
  /** Whether convolutions may go by Winograd's method. */
  winograd = true;
  #started: Started | undefined;
  #threads: number;
  #crew: Crew | undefined;
  /** Milliseconds that launches took which were worth a thread's while and had none. */
  #missed = 0;
  readonly #breath: Breath;

  constructor(device: Device, options: MachineOptions = {}) {
    this.#device = device;
    this.#limit = options.limit ?? addressSpace;
    this.#options = options;
    this.#threads = Math.min(options.threads ?? cores(), mostThreads);
    this.#breath = new Breath(() => this.pool.used, this.#limit);
  }

  /** How many threads may compute, the one that launches included. */
  get threads(): number {
    return this.#threads;
  }

  set threads(count: number) {
    this.#threads = count;
    this.#crew?.dismiss();
    this.#crew = undefined;
    this.#missed = worthThreads; // asked for in so many words: they come with the next launch that has work for them
  }

  /** How many threads compute now: they are started when there is work for them. */
  get ready(): number {
    return this.#hired?.ready ?? 1;
  }

  /** How the module was compiled and what memory it has, in words. */
  get build(): string {
    const { memory, relaxed } = this.#start();
    const sharing = memory.buffer instanceof ArrayBuffer ? "unshared" : "shared";
    return `WebAssembly ${relaxed ? "relaxed " : ""}SIMD, ${sharing} memory`;
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
  share<Name extends keyof Exports, Over extends Units>(name: Name, over: Over, ...given: Given<Name, Over>): void {
    const { units, grain, room } = over;
    if (units === 0) return;
    const finely = this.#options.finely === true;
    const worthwhile = units > grain || finely;
    const crew = worthwhile ? this.#crewNow() : undefined;
    if (crew === undefined) {
      const run = this.run[name] as (...given: readonly unknown[]) => void;
      const start = worthwhile ? performance.now() : 0;
      if (room === undefined) run(...given, 0, units);
      else this.scratch(room, (scratch) => run(...given, scratch, 0, units));
      if (worthwhile) this.#missed += performance.now() - start;
      return;
    }
    const kernel = this.#start().numbers.get(name);
    if (kernel === undefined) throw new Error(`${this.#device.name}: the module has no kernel ${name}`);
    const fair = grain * Math.max(1, Math.ceil(units / (grain * chunksPerThread * this.#threads)));
    const launch = { name, kernel, units, chunk: finely ? 1 : fair, given: (given as readonly unknown[]).map(Number) };
    if (room === undefined) crew.run({ ...launch, scratch: 0, room: -1 });
    else {
      const floats = roomy(room);
      this.scratch(this.#threads * floats, (scratch) => crew.run({ ...launch, scratch, room: 4 * floats }));
    }
  }

  /** The threads, if there are any by now; undefined where one computes alone. */
  #crewNow(): Crew | undefined {
    return this.#hired ?? (this.#missed < worthThreads ? undefined : this.#hire());
  }

  get #hired(): Crew | undefined {
    if (this.#crew?.dismissed) this.#crew = undefined; // after a thread that did not end
    return this.#crew;
  }

  /** Throws if a thread has ended of itself since the last launch: before launches that are to be done all or none. */
  attend(name: string): void {
    this.#hired?.attend(name);
  }

  #hire(): Crew | undefined {
    const { memory, module, kernels } = this.#start();
    if (this.#threads === 1 || memory.buffer instanceof ArrayBuffer) return undefined;
    const { journal } = this;
    this.#crew = new Crew({ module, memory, kernels }, this.#threads, (why) => journal.refuse("threads", why));
    abandoned.register(this, this.#crew);
    return this.#crew;
  }

  /**
   * Starts the threads now and waits until they are there or cannot be, ten seconds at most. Resolves to how many
   * compute then.
   */
  async assemble(): Promise<number> {
    const crew = this.#hired ?? this.#hire();
    const end = performance.now() + 10_000;
    while (crew?.expected && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 1));
    return this.ready;
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
    const missing = threadsMissing();
    const { shared = missing === undefined, relaxed: wanted = true } = this.#options;
    if (missing !== undefined) this.journal.refuse("threads", missing);
    const { module, relaxed } = compiled(shared, wanted);
    const memory = new WebAssembly.Memory({ initial: 1, maximum: addressSpace / 65_536, shared });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const pool = new Pool(memory, this.#limit); // what is below its first block is the module's own: its constants
    const block = pool.take(4 * argumentCount);
    if (block === undefined) throw new Error(`${this.#device.name}: the engine grants no WebAssembly memory`);
    const numbers = new Map(Object.keys(exports).map((name, i) => [name, i]));
    const program = { module, memory, kernels: Object.values(exports) as Kernel[], numbers };
    const run = exports as unknown as Exports;
    this.#started = { ...program, run, relaxed, pool, integers: block.address };
    return this.#started;
  }

  #take(bytes: number): Block {
    const { pool } = this.#start();
    const block = pool.take(bytes);
    if (block === undefined) throw fullError(this.#device.name, pool, bytes, this.#limit);
    return block;
  }
}

/** Floats of a thread's scratch memory, up to where another thread's may begin: not in the same cache lines. */
function roomy(room: number): number {
  return Math.ceil(room / 32) * 32;
}
