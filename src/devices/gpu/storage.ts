import type { Shape } from "../../shape.ts";
import { Breath } from "../breath.ts";
import { type Device, type Floats, freedError, type Life, type Storage } from "../device.ts";
import type { Handle } from "./engine.ts";
import type { Programs } from "./programs.ts";

/** Gives back the arrays of storages that were collected. */
const collected = new FinalizationRegistry<Claim>((claim) => claim.end());

/** A storage's share of an array: it ends once, when the storage is freed or was collected. */
interface Claim {
  readonly array: Arrival;
  end(): void;
}

/** The arrays of a device: how many there are, the way back for each, and what is in them. */
export class Arrays {
  readonly #programs: Programs;
  #count = 0;
  #bytes = 0;
  /** Bytes of storages that are neither freed nor collected: launches under way hold more, but that passes by itself. */
  #claimed = 0;
  readonly #breath = new Breath(() => this.#claimed);

  constructor(programs: Programs) {
    this.#programs = programs;
  }

  /** How many exist, those under way included, and the bytes they take. */
  get alive(): { readonly count: number; readonly bytes: number } {
    return { count: this.#count, bytes: this.#bytes };
  }

  /** Gives the finalizers of collected storages a turn where many arrays have come into use. */
  breathe(): Promise<void> {
    return this.#breath.take();
  }

  /** A copy of an array's numbers, once they are there. */
  async read({ handle }: Arrival, size: number): Promise<Float32Array> {
    const values = await this.#programs.download(await handle, size);
    await this.breathe();
    return values;
  }

  /** The share of one more storage. The array itself goes when all shares have ended and no launch is to read it. */
  claim(array: Arrival, size: number): Claim {
    this.#claimed += 4 * size;
    return {
      array,
      end: () => {
        this.#claimed -= 4 * size;
        array.release();
      },
    };
  }

  /** An array of `size` numbers that is under way. */
  expect(handle: Promise<Handle>, size: number): Arrival {
    this.#count++;
    this.#bytes += 4 * size;
    return new Arrival(handle, (arrived) => {
      this.#count--;
      this.#bytes -= 4 * size;
      if (arrived && !(arrived instanceof Float32Array)) arrived.delete();
    });
  }
}

/** An array that may still be under way, and how many need it: its storages, and the launches that have yet to read it. */
export class Arrival {
  readonly handle: Promise<Handle>;
  readonly #free: (handle: Handle | undefined) => void;
  #users = 1;

  constructor(handle: Promise<Handle>, free: (handle: Handle | undefined) => void) {
    this.handle = handle;
    this.#free = free;
    handle.catch(() => {}); // kept in the promise and thrown at the next read; without a listener it would be unhandled
  }

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    this.#users--;
    if (this.#users === 0) this.handle.catch(() => undefined).then(this.#free);
  }
}

/**
 * Numbers that may still be under way to where a mode keeps them. A launch retains the arrays of its inputs when it is
 * issued, so that freeing an input afterwards takes effect only once that launch is done with it.
 */
export class GpuStorage implements Storage {
  readonly device: Device;
  readonly size: number;
  shape?: Shape;
  life?: Life;
  /** Rejects if a check of these numbers, or of what they were made from, finds fault: at the next read. */
  #verdict: Promise<void> | undefined;
  readonly #arrays: Arrays;
  #claim: Claim | undefined;

  constructor(device: Device, arrays: Arrays, size: number, array: Arrival, verdict?: Promise<void>) {
    this.device = device;
    this.#arrays = arrays;
    this.size = size;
    this.#claim = arrays.claim(array, size);
    this.#verdict = verdict;
    verdict?.then(
      () => {
        this.#verdict = undefined;
      },
      () => {}, // thrown at the next read
    );
    collected.register(this, this.#claim, this);
  }

  get freed(): boolean {
    return this.#claim === undefined;
  }

  /** For this device's launches alone, which retain it. */
  get array(): Arrival {
    if (this.#claim === undefined) throw freedError(this.size);
    return this.#claim.array;
  }

  /** What is still to be found out about these numbers. */
  get verdict(): Promise<void> | undefined {
    return this.#verdict;
  }

  async read(): Promise<Floats> {
    const array = this.array.retain();
    try {
      const values = await this.#arrays.read(array, this.size);
      await this.verdict;
      return values;
    } finally {
      array.release();
    }
  }

  readSync(): Floats {
    if (this.freed) throw freedError(this.size);
    throw new Error(`${this.device.name} reads asynchronously: use await x.data() or await x.item()`);
  }

  free(): void {
    if (this.#claim === undefined) return;
    collected.unregister(this);
    this.#claim.end();
    this.#claim = undefined;
  }
}
