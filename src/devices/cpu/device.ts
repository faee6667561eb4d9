import type { Device, DeviceReport, Floats, FusedKernels, Kernels, Storage } from "../device.ts";
import { batchNormKernels } from "./batch-norm.ts";
import { convKernels } from "./conv.ts";
import { distanceKernels } from "./distance.ts";
import { layoutKernels } from "./layout.ts";
import { Machine } from "./machine.ts";
import { matmulKernels } from "./matmul.ts";
import { optimizerKernels } from "./optimizer.ts";
import { pointwiseKernels } from "./pointwise.ts";
import { poolKernels } from "./pool2d.ts";
import { reduceKernels } from "./reduce.ts";
import { rowKernels } from "./rows.ts";
import type { CpuStorage } from "./storage.ts";
import { unfoldKernels } from "./unfold.ts";

/** Kernels compiled to WebAssembly, on one thread. */
export class CpuDevice implements Device {
  readonly name = "cpu";
  readonly dtype = "float32";
  readonly asynchronous = false;
  readonly kernels: Kernels;
  readonly fused: FusedKernels;
  readonly #machine: Machine;

  /** `limit`: bytes of memory at most. */
  constructor(limit?: number) {
    const machine = new Machine(this, limit);
    this.#machine = machine;
    this.kernels = {
      ...matmulKernels(machine),
      ...pointwiseKernels(machine),
      ...reduceKernels(machine),
      ...layoutKernels(machine),
      ...rowKernels(machine),
      ...unfoldKernels(machine),
    };
    this.fused = {
      ...distanceKernels(machine),
      ...convKernels(machine),
      ...poolKernels(machine),
      ...batchNormKernels(machine),
      ...optimizerKernels(machine),
    };
  }

  /** Bytes of memory in use now. */
  get used(): number {
    return this.#machine.pool.used;
  }

  /** Bytes of memory taken from the system. */
  get capacity(): number {
    return this.#machine.pool.capacity;
  }

  upload(values: ArrayLike<number>): Storage {
    const storage: CpuStorage = this.#machine.allocate(values.length);
    this.#machine.floats(storage.address, storage.size).set(values);
    return storage;
  }

  verify(x: Storage, probe: Storage, check: (values: Floats) => void): Storage {
    check(probe.readSync());
    return x;
  }

  breathe(): Promise<void> {
    return this.#machine.breathe();
  }

  ranOn(): Readonly<Record<string, number>> {
    return this.#machine.journal.counts();
  }

  report(): DeviceReport {
    return { name: this.name, dtype: this.dtype, ran: this.ranOn(), refused: this.#machine.journal.refusals() };
  }

  refuse(what: string, why: string): void {
    this.#machine.journal.refuse(what, why);
  }
}
