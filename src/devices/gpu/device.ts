import { type Shape, sizeOf } from "../../shape.ts";
import type {
  Device,
  DeviceReport,
  Floats,
  FusedKernels,
  Kernels,
  MapFunction,
  Storage,
  ZipFunction,
} from "../device.ts";
import { Journal } from "../journal.ts";
import type { View } from "../sizes.ts";
import * as batchNorm from "./batch-norm.ts";
import * as conv from "./conv.ts";
import * as distance from "./distance.ts";
import { type Engine, type GpuMode, type Handle, traits } from "./engine.ts";
import { mostElements } from "./integers.ts";
import * as layout from "./layout.ts";
import { matmul } from "./matmul.ts";
import * as pointwise from "./pointwise.ts";
import * as pool from "./pool.ts";
import * as potential from "./potential.ts";
import type { Launch, Run } from "./program.ts";
import { Programs } from "./programs.ts";
import { reduce } from "./reduce.ts";
import { Arrays, GpuStorage } from "./storage.ts";
import * as window from "./window.ts";

/**
 * A device on one gpu.js instance. A launch returns at once and runs when its inputs are there; it is counted when it
 * has run, under the mode that ran it.
 */
export class GpuDevice implements Device {
  readonly name: string;
  readonly dtype = "float32";
  readonly asynchronous = true;
  readonly #mode: GpuMode;
  readonly #programs: Programs;
  readonly #arrays: Arrays;
  readonly #journal = new Journal();

  /** `engine` is a gpu.js instance made for `mode`. */
  constructor(mode: GpuMode, engine: Engine) {
    this.name = `gpu:${mode}`;
    this.#mode = mode;
    this.#programs = new Programs(mode, engine);
    this.#arrays = new Arrays(this.#programs);
  }

  readonly #issue: Run = (launch) => this.#launch(launch);

  readonly kernels: Kernels = {
    map: (fn, x) => this.#launch(pointwise.map(this.#runnable(fn, `map:${fn.name}`), x, x.size)),
    zip: (fn, a, aStrides, b, bStrides, shape) =>
      this.#launch(pointwise.zip(this.#runnable(fn, `zip:${fn.name}`), a, aStrides, b, bStrides, shape)),
    reduce: (kind, x, axis) => reduce(this.#issue, kind, x, axis),
    matmul: (a, b, sizes) => matmul(this.#issue, a, b, sizes),
    copy: (x, view) => this.#launch(layout.copy(x, view, sizeOf(view.shape))),
    place: (x, view, size, fill) => this.#place(x, view, size, fill),
    concat: (parts, outer, widths, inner) => this.#concat(parts, outer, widths, inner),
    take: (x, indices, axis) => this.#with([indices], ([places]) => layout.take(x, places, indices.length, axis)),
    scatterAdd: (x, indices, axis) => {
      const { order, starts } = layout.groupByIndex(indices, axis.n);
      return this.#with([order, starts], ([o, s]) => layout.scatterAdd(x, o, s, indices.length, axis));
    },
    unfold: (x, sizes) => this.#launch(window.unfold(x, sizes)),
    fold: (x, sizes) => this.#launch(window.fold(x, sizes)),
  };

  readonly fused: FusedKernels = {
    squaredDistances: (x, y, n, m, d) => this.#launch(distance.squaredDistances(x, y, n, m, d)),
    pdist: (x, n, d) => this.#launch(distance.pdist(x, n, d)),
    logPotential: (x, y, n, m, d, t, [inX, inY]) => {
      const total = potential.logPotential(this.#issue, x, y, this.upload([t]), n, m, d);
      const gradient = (of: Storage, other: Storage | undefined, count: number, others: number): Storage =>
        potential.potentialGradient(this.#issue, of, total, other, this.upload([t]), count, others, d);
      return {
        total,
        gradients: [inX ? gradient(x, y, n, m) : undefined, y && inY ? gradient(y, x, m, n) : undefined],
      };
    },
    convolve: (x, w, out, sizes) => this.#launch(conv.convolve(x, w, out, sizes)),
    convolveInput: (g, w, out, sizes) => this.#launch(conv.convolveInput(g, w, out, sizes)),
    convolveWeight: (x, g, out, sizes) => conv.convolveWeight(this.#issue, x, g, out, sizes),
    maxPool2d: (x, sizes) => ({
      y: this.#launch(pool.maxPool2d(x, sizes)),
      places: this.#launch(pool.maxPlaces(x, sizes)),
    }),
    pick: (x, places, sizes) => this.#launch(pool.pick(x, places, sizes)),
    unpick: (g, places, sizes) => this.#launch(pool.unpick(g, places, sizes)),
    avgPool2d: (x, sizes) => this.#launch(pool.avgPool2d(x, sizes)),
    avgSpread: (g, sizes) => this.#launch(pool.avgSpread(g, sizes)),
    channelMoments: (x, axis) => batchNorm.channelMoments(this.#issue, x, axis),
    batchNormalize: (x, weight, bias, moments, axis, how) =>
      this.#launch(batchNorm.batchNormalize(x, weight, bias, moments, axis, how)),
    batchNormalizeTotals: (g, x, weight, bias, moments, axis, how) =>
      batchNorm.batchNormalizeTotals(this.#issue, [g, x, weight, bias, moments], axis, how),
    batchNormalizeInput: (g, x, weight, bias, moments, totals, axis, how) =>
      batchNorm.batchNormalizeInput(this.#issue, [g, x, weight, bias, moments], totals, axis, how),
  };

  upload(values: ArrayLike<number>): Storage {
    return this.#storage(this.#programs.upload(Float32Array.from(values)), values.length);
  }

  /** The launches that read the result need not wait for the verdict; whoever reads their numbers does. */
  verify(x: Storage, probe: Storage, check: (values: Floats) => void): Storage {
    const own = this.#own(x);
    const verdict = all([own.verdict, this.#own(probe).read().then(check)]);
    return new GpuStorage(this, this.#arrays, x.size, own.array.retain(), verdict);
  }

  ranOn(): Readonly<Record<string, number>> {
    return this.#journal.counts();
  }

  report(): DeviceReport {
    const { name, dtype } = this;
    return { name, dtype, ran: this.ranOn(), refused: this.#journal.refusals(), compiled: this.#programs.compiled };
  }

  refuse(what: string, why: string): void {
    this.#journal.refuse(what, why);
  }

  breathe(): Promise<void> {
    return this.#arrays.breathe();
  }

  /** How many arrays exist and their bytes: those of live tensors, and what launches under way still read. */
  get alive(): Arrays["alive"] {
    return this.#arrays.alive;
  }

  /** Why the device is of no more use; undefined while all is well. */
  get fault(): Error | undefined {
    return this.#programs.fault;
  }

  /** Gives back what the kernels hold, once the device is of no more use. */
  destroy(): Promise<void> {
    return this.#programs.destroy();
  }

  #launch(launch: Launch<Storage>): Storage {
    const most = Math.max(launch.size, ...launch.inputs.map((x) => x.size));
    if (most > mostElements) {
      const why = `places in a kernel are float32, exact up to ${mostElements}: split the work or use another device`;
      throw this.#refusal(launch.program.name, `${most} elements: ${why}`);
    }
    const { longestLoop = Number.POSITIVE_INFINITY } = traits[this.#mode];
    if ((launch.longestLoop ?? 0) > longestLoop) {
      throw this.#refusal(launch.program.name, `a loop of ${launch.longestLoop}: here they end after ${longestLoop}`);
    }
    const inputs = launch.inputs.map((x) => this.#own(x));
    const arrays = inputs.map((x) => x.array.retain());
    const result = Promise.all(arrays.map((array) => array.handle))
      .then((handles) => this.#run({ ...launch, inputs: handles }))
      .finally(() => {
        for (const array of arrays) array.release();
      });
    const verdicts = inputs.flatMap((x) => x.verdict ?? []);
    return this.#storage(result, launch.size, verdicts.length > 0 ? all(verdicts) : undefined);
  }

  async #run(launch: Launch<Handle>): Promise<Handle> {
    const { name } = launch.program;
    try {
      const result = await this.#programs.run(launch);
      if (launch.size > 0) this.#journal.ran(`${this.#mode}:${name}`);
      return result;
    } catch (error) {
      this.#journal.refuse(name, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  #storage(handle: Promise<Handle>, size: number, verdict?: Promise<void>): GpuStorage {
    return new GpuStorage(this, this.#arrays, size, this.#arrays.expect(handle, size), verdict);
  }

  #place(x: Storage, view: View, size: number, fill: number): Storage {
    const ladder = x.size === 0 ? { offset: 0, rungs: [noElement], start: 0 } : layout.ladder(view);
    if (ladder === undefined) {
      throw this.#refusal("place", `a view whose strides [${view.strides}] interlock over shape [${view.shape}]`);
    }
    return this.#with([[fill]], ([value]) => layout.place(x, ladder, size, value));
  }

  /** A launch with numbers that it alone reads. */
  #with(values: readonly ArrayLike<number>[], launch: (uploaded: readonly Storage[]) => Launch<Storage>): Storage {
    const uploaded = values.map((numbers) => this.upload(numbers));
    try {
      return this.#launch(launch(uploaded));
    } finally {
      for (const x of uploaded) x.free();
    }
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
    const [left, right] = [side(0, half), side(half, parts.length)];
    const joined = this.#launch(layout.concat(...left, ...right, outer));
    for (const [x] of [left, right]) if (!parts.includes(x)) x.free();
    return joined;
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
    this.#journal.refuse(kernel, message);
    return new Error(message);
  }

  #own(x: Storage): GpuStorage {
    if (x instanceof GpuStorage && x.device === this) return x;
    throw new TypeError(`${this.name}: this storage is on ${x.device.name}`);
  }
}

/** All of these, without what they resolve to: verdicts follow weights from step to step and must not pile up. */
async function all(verdicts: readonly (Promise<void> | undefined)[]): Promise<void> {
  await Promise.all(verdicts);
}

/** A rung that no place is on. */
const noElement = { size: 0, place: 1, source: 0 };
