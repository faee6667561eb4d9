import { type Device, type Floats, freedError, type Storage } from "../device.ts";

/**
 * Numbers that may still be under way: a promise of them. A launch takes the promises of its inputs when it is issued,
 * so that freeing an input afterwards takes effect only once that launch is done with it.
 */
export class GpuStorage implements Storage {
  readonly device: Device;
  readonly size: number;
  #values: Promise<Float32Array> | undefined;

  constructor(device: Device, size: number, values: Promise<Float32Array>) {
    this.device = device;
    this.size = size;
    this.#values = values;
    values.catch(() => {}); // kept in the promise and thrown at the next read; without a listener it would be unhandled
  }

  get freed(): boolean {
    return this.#values === undefined;
  }

  /** The numbers themselves, not a copy: for this device's kernels alone. */
  get values(): Promise<Float32Array> {
    if (this.#values === undefined) throw freedError(this.size);
    return this.#values;
  }

  async read(): Promise<Floats> {
    return (await this.values).slice();
  }

  readSync(): Floats {
    if (this.freed) throw freedError(this.size);
    throw new Error(`${this.device.name} reads asynchronously: use await x.data() or await x.item()`);
  }

  free(): void {
    this.#values = undefined;
  }
}
