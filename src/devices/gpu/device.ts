import { type Shape, sizeOf } from "../../shape.ts";
import {
  type Device,
  type DeviceReport,
  type Floats,
  type FusedKernels,
  type Kernels,
  LaunchCounts,
  type MapFunction,
  type Storage,
  type View,
  type ZipFunction,
} from "../device.ts";
import * as distance from "./distance.ts";
import { mostElements } from "./integers.ts";
import * as layout from "./layout.ts";
import { matmul } from "./matmul.ts";
import * as pointwise from "./pointwise.ts";
import * as potential from "./potential.ts";
import { type GpuJs, type Launch, Programs } from "./program.ts";
import { reduce } from "./reduce.ts";
import { GpuStorage } from "./storage.ts";
import * as window from "./window.ts";

/**
 * A device on one gpu.js instance. A launch returns at once and runs when its inputs are there; it is counted when it
 * has run, under the mode that ran it.
 */
export class GpuDevice implements Device {
  readonly name: string;
  readonly dtype = "float32";
  readonly asynchronous = true;
  readonly #mode: string;
  readonly #programs: Programs;
  readonly #counts = new LaunchCounts();
  readonly #refused = new Map<string, string>();

  /** `engine` is a gpu.js instance made for `mode`. */
  constructor(mode: string, engine: GpuJs) {
    this.name = `gpu:${mode}`;
    this.#mode = mode;
    this.#programs = new Programs(mode, engine);
  }

  readonly kernels: Kernels = {
    map: (fn, x) => this.#launch(pointwise.map(this.#runnable(fn, `map:${fn.name}`), x, x.size)),
    zip: (fn, a, aStrides, b, bStrides, shape) =>
      this.#launch(pointwise.zip(this.#runnable(fn, `zip:${fn.name}`), a, aStrides, b, bStrides, shape)),
    reduce: (kind, x, axis) => this.#launch(reduce(kind, x, axis)),
    matmul: (a, b, sizes) => this.#launch(matmul(a, b, sizes)),
    copy: (x, view) => this.#launch(layout.copy(x, view, sizeOf(view.shape))),
    place: (x, view, size, fill) => this.#place(x, view, size, fill),
    concat: (parts, outer, widths, inner) => this.#concat(parts, outer, widths, inner),
    take: (x, indices, axis) => this.#launch(layout.take(x, this.upload(indices), indices.length, axis)),
    scatterAdd: (x, indices, axis) => {
      const { order, starts } = layout.groupByIndex(indices, axis.n);
      return this.#launch(layout.scatterAdd(x, this.upload(order), this.upload(starts), indices.length, axis));
    },
    unfold: (x, sizes) => this.#launch(window.unfold(x, sizes)),
    fold: (x, sizes) => this.#launch(window.fold(x, sizes)),
  };

  readonly fused: FusedKernels = {
    squaredDistances: (x, y, n, m, d) => this.#launch(distance.squaredDistances(x, y, n, m, d)),
    pdist: (x, n, d) => this.#launch(distance.pdist(x, n, d)),
    logPotential: (x, y, n, m, d, t) =>
      potential.logPotential((launch) => this.#launch(launch), x, y, this.upload([t]), n, m, d),
    potentialGradient: (x, total, y, n, m, d, t) =>
      potential.potentialGradient((launch) => this.#launch(launch), x, total, y, this.upload([t]), n, m, d),
  };

  upload(values: ArrayLike<number>): Storage {
    return new GpuStorage(this, values.length, Promise.resolve(Float32Array.from(values)));
  }

  verify(x: Storage, probe: Storage, check: (values: Floats) => void): Storage {
    const checked = Promise.all([this.#valuesOf(x), this.#valuesOf(probe)]).then(([values, probed]) => {
      check(probed.slice());
      return values;
    });
    return new GpuStorage(this, x.size, checked);
  }

  ranOn(): Readonly<Record<string, number>> {
    return this.#counts.all();
  }

  report(): DeviceReport {
    const refused = [...this.#refused].map(([what, why]) => ({ what, why }));
    return { name: this.name, dtype: this.dtype, ran: this.ranOn(), refused };
  }

  /** How many kernels gpu.js compiled for this device. */
  get compiled(): number {
    return this.#programs.compiled;
  }

  #launch(launch: Launch<Storage>): Storage {
    const most = Math.max(launch.size, ...launch.inputs.map((x) => x.size));
    if (most > mostElements) {
      const why = `places in a kernel are float32, exact up to ${mostElements}: split the work or use another device`;
      throw this.#refusal(launch.program.name, `${most} elements: ${why}`);
    }
    const pending = Promise.all(launch.inputs.map((x) => this.#valuesOf(x)));
    return new GpuStorage(
      this,
      launch.size,
      pending.then((inputs) => this.#run({ ...launch, inputs })),
    );
  }

  async #run(launch: Launch<Float32Array>): Promise<Float32Array> {
    if (launch.size === 0) return new Float32Array(0);
    const { name } = launch.program;
    try {
      const values = await this.#programs.run(launch);
      this.#counts.add(`${this.#mode}:${name}`);
      return values;
    } catch (error) {
      this.#refused.set(name, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  #place(x: Storage, view: View, size: number, fill: number): Storage {
    if (x.size === 0)
      return this.#launch(layout.place(x, { offset: 0, rungs: [noElement], start: 0 }, size, this.upload([fill])));
    const ladder = layout.ladder(view);
    if (ladder === undefined) {
      throw this.#refusal("place", `a view whose strides [${view.strides}] interlock over shape [${view.shape}]`);
    }
    return this.#launch(layout.place(x, ladder, size, this.upload([fill])));
  }

  /** Two at a time, as a balanced tree: a graphics card binds few arrays to one kernel. */
  #concat(parts: readonly Storage[], outer: number, widths: readonly number[], inner: number): Storage {
    if (parts.length === 1) {
      const shape: Shape = [parts[0].size];
      return this.#launch(layout.copy(parts[0], { shape, strides: [1], offset: 0 }, parts[0].size));
    }
    const half = parts.length >> 1;
    const side = (from: number, to: number): [Storage, number] => {
      const run = widths.slice(from, to).reduce((sum, w) => sum + w * inner, 0);
      if (to - from === 1) return [parts[from], run];
      return [this.#concat(parts.slice(from, to), outer, widths.slice(from, to), inner), run];
    };
    return this.#launch(layout.concat(...side(0, half), ...side(half, parts.length), outer));
  }

  #runnable<F extends MapFunction | ZipFunction>(fn: F, kernel: string): F {
    if (pointwise.sourceOf(fn) !== undefined) return fn;
    throw this.#refusal(
      kernel,
      `"${fn.name}", which has no GPU source: give the op a \`source\`, such as "(x) => x * x"`,
    );
  }

  #refusal(kernel: string, what: string): Error {
    const message = `${this.name}: kernel "${kernel}" cannot run ${what}`;
    this.#refused.set(kernel, message);
    return new Error(message);
  }

  #valuesOf(x: Storage): Promise<Float32Array> {
    if (!(x instanceof GpuStorage) || x.device !== this) {
      throw new TypeError(`${this.name}: this storage is on ${x.device.name}`);
    }
    return x.values;
  }
}

/** A rung that no place is on. */
const noElement = { size: 0, place: 1, source: 0 };
