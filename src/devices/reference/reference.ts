import { type Shape, sizeOf } from "../../shape.ts";
import type { Device, DeviceReport, DType, Floats, FusedKernels, Kernels, Life, Storage, Update } from "../device.ts";
import { freedError } from "../device.ts";
import { Journal } from "../journal.ts";
import { columnCount, pixelsIn, pixelsOut } from "../sizes.ts";
import * as fused from "./fused.ts";
import * as loops from "./kernels.ts";
import * as recurrent from "./recurrent.ts";
import * as windows from "./windows.ts";

/**
 * The reference device of an element type: plain TypeScript loops, slow and obvious, the meaning of every kernel.
 * Calls with the same type give the same device. In `float64` it is where gradients are proven.
 */
export function reference(dtype: DType = "float32"): Device {
  const device = devices[dtype];
  if (device === undefined) throw new TypeError(`reference: the type is "float32" or "float64", got ${String(dtype)}`);
  return device;
}

/** A reference device, in float32, in the place of one that cannot be had here; its report says why. */
export function referenceInstead(what: string, why: string): Device {
  const device = new ReferenceDevice("float32");
  device.refuse(what, why);
  return device;
}

class ReferenceStorage implements Storage {
  readonly device: Device;
  readonly size: number;
  shape: Shape | undefined;
  life?: Life;
  #values: Floats | undefined;

  constructor(device: Device, values: Floats) {
    this.device = device;
    this.size = values.length;
    this.#values = values;
  }

  get freed(): boolean {
    return this.#values === undefined;
  }

  /** The numbers themselves, not a copy: for this device's kernels alone. */
  get values(): Floats {
    if (this.#values === undefined) throw freedError(this.size);
    return this.#values;
  }

  async read(): Promise<Floats> {
    return this.readSync();
  }

  readSync(): Floats {
    return this.values.slice();
  }

  free(): void {
    this.#values = undefined;
  }
}

class ReferenceDevice implements Device {
  readonly name: string;
  readonly dtype: DType;
  readonly asynchronous = false;
  readonly #journal = new Journal();

  constructor(dtype: DType) {
    this.name = `reference(${dtype})`;
    this.dtype = dtype;
  }

  readonly kernels: Kernels = {
    map: (fn, x) => this.#run(`map:${fn.name}`, x.size, (out) => loops.map(out, fn, valuesOf(x))),
    zip: (fn, a, aStrides, b, bStrides, shape) => {
      const aView = { shape, strides: aStrides, offset: 0 };
      const bView = { shape, strides: bStrides, offset: 0 };
      return this.#run(`zip:${fn.name}`, sizeOf(shape), (out) =>
        loops.zip(out, fn, valuesOf(a), aView, valuesOf(b), bView),
      );
    },
    reduce: (kind, x, axis) =>
      this.#run(`reduce:${kind}`, axis.outer * axis.inner, (out) => loops.reduce(out, kind, valuesOf(x), axis)),
    matmul: (a, b, sizes) =>
      this.#run("matmul", sizes.batch * sizes.m * sizes.n, (out) => loops.matmul(out, valuesOf(a), valuesOf(b), sizes)),
    copy: (x, view) => this.#run("copy", sizeOf(view.shape), (out) => loops.copy(out, valuesOf(x), view)),
    place: (x, view, size, fill) => this.#run("place", size, (out) => loops.place(out, valuesOf(x), view, fill)),
    concat: (parts, outer, widths, inner) => {
      const width = widths.reduce((sum, w) => sum + w, 0);
      return this.#run("concat", outer * width * inner, (out) =>
        loops.concat(out, parts.map(valuesOf), outer, widths, inner),
      );
    },
    take: (x, indices, axis) =>
      this.#run("take", axis.outer * indices.length * axis.inner, (out) => loops.take(out, valuesOf(x), indices, axis)),
    scatterAdd: (x, indices, axis) =>
      this.#run("scatterAdd", axis.outer * axis.n * axis.inner, (out) =>
        loops.scatterAdd(out, valuesOf(x), indices, axis),
      ),
    unfold: (x, window) => this.#run("unfold", columnCount(window), (out) => loops.unfold(out, valuesOf(x), window)),
    fold: (x, window) => this.#run("fold", pixelsIn(window), (out) => loops.fold(out, valuesOf(x), window)),
  };

  readonly fused: FusedKernels = {
    squaredDistances: (x, y, n, m, d) =>
      this.#run("squaredDistances", n * m, (out) => fused.squaredDistances(out, valuesOf(x), valuesOf(y), n, m, d)),
    pdist: (x, n, d) => this.#run("pdist", (n * (n - 1)) / 2, (out) => fused.pdist(out, valuesOf(x), n, d)),
    logPotential: (x, y, n, m, d, t, wanted) => {
      const [a, b] = [valuesOf(x), y && valuesOf(y)];
      const total = this.#run("logPotential", 1, (out) => fused.logPotential(out, a, b, n, m, d, t));
      const gradient = (of: Floats, other: Floats | undefined, count: number, others: number): Storage =>
        this.#run("potentialGradient", count * d, (out) =>
          fused.potentialGradient(out, of, valuesOf(total), other, count, others, d, t),
        );
      const [inX, inY] = wanted;
      return {
        total,
        gradients: [inX ? gradient(a, b, n, m) : undefined, b && inY ? gradient(b, a, m, n) : undefined],
      };
    },
    convolve: (x, w, out, window) =>
      this.#run("convolve", pixelsOut(window, out), (y) => windows.convolve(y, valuesOf(x), valuesOf(w), out, window)),
    convolveInput: (g, w, out, window) =>
      this.#run("convolveInput", pixelsIn(window), (x) =>
        windows.convolveInput(x, valuesOf(g), valuesOf(w), out, window),
      ),
    convolveWeight: (x, g, out, window) =>
      this.#run("convolveWeight", out * window.channels * window.kernel[0] * window.kernel[1], (w) =>
        windows.convolveWeight(w, valuesOf(x), valuesOf(g), out, window),
      ),
    maxPool2d: (x, window) => {
      const places = this.#empty(pixelsOut(window));
      const y = this.#run("maxPool2d", pixelsOut(window), (out) =>
        windows.maxPool2d(out, places.values, valuesOf(x), window),
      );
      return { y, places };
    },
    extremePool2d: (x, weight, window) => {
      const places = this.#empty(pixelsOut(window));
      const y = this.#run("extremePool2d", pixelsOut(window), (out) =>
        windows.extremePool2d(out, places.values, valuesOf(x), valuesOf(weight), window),
      );
      return { y, places };
    },
    pick: (x, places, window) =>
      this.#run("pick", pixelsOut(window), (out) => windows.pick(out, valuesOf(x), valuesOf(places), window)),
    unpick: (g, places, window) =>
      this.#run("unpick", pixelsIn(window), (out) => windows.unpick(out, valuesOf(g), valuesOf(places), window)),
    avgPool2d: (x, window) =>
      this.#run("avgPool2d", pixelsOut(window), (out) => windows.avgPool2d(out, valuesOf(x), window)),
    avgSpread: (g, window) =>
      this.#run("avgSpread", pixelsIn(window), (out) => windows.avgSpread(out, valuesOf(g), window)),
    channelMoments: (x, axis) =>
      this.#run("channelMoments", 2 * axis.n, (out) => fused.channelMoments(out, valuesOf(x), axis)),
    batchNormalize: (x, weight, bias, moments, axis, how) =>
      this.#run("batchNormalize", x.size, (out) =>
        fused.batchNormalize(out, valuesOf(x), valuesOf(weight), valuesOf(bias), valuesOf(moments), axis, how),
      ),
    batchNormalizeTotals: (g, x, weight, bias, moments, axis, how) => {
      const [dy, image, w, b, m] = [g, x, weight, bias, moments].map(valuesOf);
      return this.#run("batchNormalizeTotals", 2 * axis.n, (out) =>
        fused.batchNormalizeTotals(out, dy, image, w, b, m, axis, how),
      );
    },
    batchNormalizeInput: (g, x, weight, bias, moments, totals, axis, how) => {
      const [dy, image, w, b, m, t] = [g, x, weight, bias, moments, totals].map(valuesOf);
      return this.#run("batchNormalizeInput", x.size, (out) =>
        fused.batchNormalizeInput(out, dy, image, w, b, m, t, axis, how),
      );
    },
    batchNormalizePoolInput: (g, x, weight, bias, moments, totals, places, window, how) => {
      const [dy, image, w, b, m, t, at] = [g, x, weight, bias, moments, totals, places].map(valuesOf);
      return this.#run("batchNormalizePoolInput", x.size, (out) =>
        windows.batchNormalizePoolInput(out, dy, image, w, b, m, t, at, window, how),
      );
    },
    sumOfSquares: (xs) => this.#run("sumOfSquares", 1, (out) => fused.sumOfSquares(out, xs.map(valuesOf))),
    squaredLengths: (x, n, d) => this.#run("squaredLengths", n, (out) => fused.squaredLengths(out, valuesOf(x), n, d)),
    unitRows: (x, n, d, eps) => this.#run("unitRows", n * d, (out) => fused.unitRows(out, valuesOf(x), n, d, eps)),
    unitRowsInput: (g, x, n, d, eps) =>
      this.#run("unitRowsInput", n * d, (out) => fused.unitRowsInput(out, valuesOf(g), valuesOf(x), n, d, eps)),
    crossEntropy: (x, target, n, classes) => {
      const totals = this.#empty(n);
      const y = this.#run("crossEntropy", 1, (out) =>
        fused.crossEntropy(out, totals.values, valuesOf(x), targetOf(target), n, classes),
      );
      return { y, totals };
    },
    crossEntropyInput: (x, totals, target, n, classes) =>
      this.#run("crossEntropyInput", n * classes, (out) =>
        fused.crossEntropyInput(out, valuesOf(x), valuesOf(totals), targetOf(target), n, classes),
      ),
    gru: (gates, start, weight, bias, width, along) => {
      const items = gates.size / (3 * width);
      const [x, h, w, b] = [gates, start, weight, bias].map(valuesOf);
      const trace = this.#empty(4 * items * width);
      const y = this.#run("gru", items * width, (out) => recurrent.gru(out, trace.values, x, h, w, b, width, along));
      return { y, trace };
    },
    gruGradients: (g, start, weight, y, trace, width, along) => {
      const [dy, h, w, output, kept] = [g, start, weight, y, trace].map(valuesOf);
      return this.#run("gruGradients", 3 * y.size + start.size + weight.size + 3 * width, (out) =>
        recurrent.gruGradients(out, dy, h, w, output, kept, width, along),
      );
    },
    sgd: (updates, rates, spent) =>
      this.#update("sgd", updates, spent, rates.momentum === 0 ? 1 : 2, (next, p, g, state) =>
        fused.sgd(next, p, g, state, rates),
      ),
    adam: (updates, rates, spent) =>
      this.#update("adam", updates, spent, 3, (next, p, g, state, step) => fused.adam(next, p, g, state, step, rates)),
  };

  upload(values: ArrayLike<number>): Storage {
    return new ReferenceStorage(this, this.dtype === "float64" ? Float64Array.from(values) : Float32Array.from(values));
  }

  verify(x: Storage, probe: Storage, check: (values: Floats) => void): Storage {
    check(probe.readSync());
    return x;
  }

  ranOn(): Readonly<Record<string, number>> {
    return this.#journal.counts();
  }

  report(): DeviceReport {
    return { name: this.name, dtype: this.dtype, ran: this.ranOn(), refused: this.#journal.refusals() };
  }

  refuse(what: string, why: string): void {
    this.#journal.refuse(what, why);
  }

  #run(name: string, size: number, compute: (out: Floats) => void): Storage {
    this.#journal.ran(name);
    const out = this.#empty(size);
    compute(out.values);
    return out;
  }

  /** `count` results for each update. What throws does so before anything is freed. */
  #update(
    name: string,
    updates: readonly Update[],
    spent: readonly Storage[],
    count: number,
    compute: (next: Floats[], p: Floats, g: Floats, state: Floats[], step: number) => void,
  ): Storage[][] {
    this.#journal.ran(name);
    const results = updates.map(({ p, g, state, step }) => {
      const next = Array.from({ length: count }, () => this.#empty(p.size));
      const values = next.map((x) => x.values);
      compute(values, valuesOf(p), valuesOf(g), state.map(valuesOf), step);
      return next;
    });
    for (const x of spent) x.free();
    return results;
  }

  #empty(size: number): ReferenceStorage {
    return new ReferenceStorage(this, this.dtype === "float64" ? new Float64Array(size) : new Float32Array(size));
  }
}

function targetOf(target: Int32Array | Storage): Int32Array | Floats {
  return target instanceof Int32Array ? target : valuesOf(target);
}

function valuesOf(x: Storage): Floats {
  if (!(x instanceof ReferenceStorage)) throw new TypeError(`reference: this storage is on ${x.device.name}`);
  return x.values;
}

const devices: Record<DType, Device> = {
  float32: new ReferenceDevice("float32"),
  float64: new ReferenceDevice("float64"),
};
