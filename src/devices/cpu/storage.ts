import type { Shape } from "../../shape.ts";
import { type Device, freedError, type Life, type Storage } from "../device.ts";
import type { Block } from "./pool.ts";

/** Where storages live. */
export interface Memory {
  /** A block for the storage, to be vacated at the latest when the storage is collected. */
  occupy(storage: CpuStorage): Block;
  /** Takes a storage's block back. */
  vacate(storage: CpuStorage, block: Block): void;
  /** Leaves a storage's block to another. */
  pass(block: Block, from: CpuStorage, to: CpuStorage): void;
  /** The numbers at an address as they are now: a view, which the next allocation may detach. */
  floats(address: number, size: number): Float32Array;
  /** Gives the finalizers of collected storages a turn where much memory has come into use. */
  breathe(): Promise<void>;
}

/** Numbers up to which a result is worth copying out of the device's memory. */
const parkable = 1024;

/** Numbers in the device's WebAssembly memory. Freed by its scope, or after garbage collection. */
export class CpuStorage implements Storage {
  readonly device: Device;
  readonly size: number;
  life?: Life;
  readonly #memory: Memory;
  #block: Block | undefined;
  /** The numbers, while they are parked outside the device's memory. */
  #parked: Float32Array | undefined;
  #shape: Shape | undefined;

  /** `heirOf`: whose numbers and memory it takes over. */
  constructor(device: Device, memory: Memory, size: number, heirOf?: CpuStorage) {
    this.device = device;
    this.size = size;
    this.#memory = memory;
    this.#block = heirOf ? heirOf.#leave(this) : memory.occupy(this);
  }

  get shape(): Shape | undefined {
    return this.#shape;
  }

  set shape(shape: Shape) {
    this.#shape = shape;
    if (this.#block) this.#block.shape = shape;
  }

  get freed(): boolean {
    return this.#block === undefined && this.#parked === undefined;
  }

  /** Where the numbers begin, in bytes: for this device's kernels alone. */
  get address(): number {
    if (this.#parked) {
      this.#block = this.#memory.occupy(this);
      this.#block.shape = this.#shape;
      this.#memory.floats(this.#block.address, this.size).set(this.#parked);
      this.#parked = undefined;
    }
    if (this.#block === undefined) throw freedError(this.size);
    return this.#block.address;
  }

  async read(): Promise<Float32Array> {
    const values = this.readSync();
    await this.#memory.breathe();
    return values;
  }

  readSync(): Float32Array {
    return this.#parked?.slice() ?? this.#memory.floats(this.address, this.size).slice();
  }

  free(): void {
    if (this.#block) this.#memory.vacate(this, this.#block);
    this.#block = undefined;
    this.#parked = undefined;
  }

  /**
   * A new storage with these numbers in their place; this one is freed. So what was overwritten is read by nobody
   * unawares.
   */
  handOver(): CpuStorage {
    return new CpuStorage(this.device, this.#memory, this.size, this);
  }

  #leave(heir: CpuStorage): Block {
    if (this.#block === undefined) throw freedError(this.size);
    const block = this.#block;
    this.#memory.pass(block, this, heir);
    this.#block = undefined;
    return block;
  }

  /** Small results wait in JavaScript, where the garbage collector sees them: a loop's losses then cost no memory here. */
  park(): void {
    if (this.#block === undefined || this.size > parkable) return;
    this.#parked = this.readSync();
    this.#memory.vacate(this, this.#block);
    this.#block = undefined;
  }
}
