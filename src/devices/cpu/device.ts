import { checkOptions } from "../../options.ts";
import type { Device, DeviceReport, Floats, FusedKernels, Kernels, Storage } from "../device.ts";
import type { MeasuringKernels } from "../measuring.ts";
import { batchNormKernels } from "./batch-norm.ts";
import { convKernels } from "./conv.ts";
import { crossEntropyKernels } from "./cross-entropy.ts";
import { distanceKernels } from "./distance.ts";
import { gruKernels } from "./gru.ts";
import { layoutKernels } from "./layout.ts";
import { Machine, type MachineOptions } from "./machine.ts";
import { matmulKernels } from "./matmul.ts";
import { measuringKernels } from "./measuring.ts";
import { optimizerKernels } from "./optimizer.ts";
import { pointwiseKernels } from "./pointwise.ts";
import { poolKernels } from "./pool2d.ts";
import { potentialKernels } from "./potential.ts";
import { reduceKernels } from "./reduce.ts";
import { rowKernels } from "./rows.ts";
import { squareKernels } from "./squares.ts";
import type { CpuStorage } from "./storage.ts";
import { mostThreads } from "./threads/board.ts";
import { unfoldKernels } from "./unfold.ts";
import { unitRowKernels } from "./unit-rows.ts";

/** Kernels compiled to WebAssembly, on as many threads as the machine has cores, where it can have any. */
export class CpuDevice implements Device {
  readonly name = "cpu";
  readonly dtype = "float32";
  readonly asynchronous = false;
  readonly kernels: Kernels;
  readonly fused: FusedKernels;
  readonly measuring: MeasuringKernels;
  readonly #machine: Machine;

  constructor(options: MachineOptions = {}) {
    const machine = new Machine(
      this,
      checkOptions("CpuDevice", options, ["limit", "threads", "shared", "relaxed", "finely"]),
    );
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
      ...potentialKernels(machine),
      ...convKernels(machine),
      ...poolKernels(machine),
      ...batchNormKernels(machine),
      ...squareKernels(machine),
      ...unitRowKernels(machine),
      ...crossEntropyKernels(machine),
      ...gruKernels(machine),
      ...optimizerKernels(machine),
    };
    this.measuring = measuringKernels(machine);
  }

  /** How many threads compute at most, the calling one included: as many as there are cores, unless set. */
  get threads(): number {
    return this.#machine.threads;
  }

  /** Throws unless it is a whole number in 1..32. */
  set threads(count: number) {
    if (!Number.isInteger(count) || count < 1 || count > mostThreads) {
      throw new RangeError(`setThreads: needs a whole number in 1..${mostThreads}, got ${count}`);
    }
    this.#machine.threads = count;
  }

  /** Whether 3 x 3 convolutions go by Winograd's method where that is faster; they do unless this is set to false. */
  get winograd(): boolean {
    return this.#machine.winograd;
  }

  set winograd(on: boolean) {
    this.#machine.winograd = on;
  }

  /** Starts the threads now, not when there is work for them. Resolves to how many compute then. */
  assemble(): Promise<number> {
    return this.#machine.assemble();
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
    const { journal, build, ready } = this.#machine;
    const { name, dtype } = this;
    return { name, dtype, ran: journal.counts(), build, threads: ready, refused: journal.refusals() };
  }

  refuse(what: string, why: string): void {
    this.#machine.journal.refuse(what, why);
  }
}
