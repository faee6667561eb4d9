import type { Shape } from "../shape.ts";
import type { MeasuringKernels } from "./measuring.ts";
import type { Axis, MatmulSizes, View, WindowSizes } from "./sizes.ts";

/** The element type a device computes in; a device has exactly one. */
export type DType = "float32" | "float64";
/** Numbers as a device gives them out, by its element type. */
export type Floats = Float32Array | Float64Array;

/** Who may still use a storage, as far as scopes can tell. */
export interface Life {
  /** How many Parameters and Buffers have it as their value, and how often it was kept: no scope frees it meanwhile. */
  holds: number;
  /** The least depth of scopes at which a tensor of it was made or to which one was returned: 0 is outside of all. */
  depth: number;
}

/**
 * A block of numbers that lives on a device. It may still be under way: a launch that reads a pending storage waits for
 * it, nobody else does. A launch that failed is kept here and thrown at the next read, and so is every launch that
 * depended on it: never an unhandled rejection, never zeros.
 */
export interface Storage {
  readonly device: Device;
  /** Number of elements. */
  readonly size: number;
  readonly freed: boolean;
  /** Of the first tensor made of it, for messages. */
  shape?: Shape | undefined;
  /** Kept by scopes, for all devices alike: see autograd/scope.ts. */
  life?: Life;
  /** A copy of the numbers, once they are there. */
  read(): Promise<Floats>;
  /** A copy, now. Throws where the device reads asynchronously, naming the remedy. */
  readSync(): Floats;
  /** Gives the memory back. Every later use throws; freeing twice is allowed. */
  free(): void;
  /** What leaves the outermost scope will mostly only be read: a device short of memory may move it out of its own. */
  park?(): void;
}

/** y = f(x): the meaning of a pointwise kernel, with the name a device looks up in its own table. */
export interface MapFunction {
  readonly name: string;
  readonly f: (x: number) => number;
  /** The same as a JavaScript function expression for devices that compile source text, `"(x) => x * x"`. */
  readonly source?: string;
  /** Not from this library: whatever its name, no device has a kernel for it. */
  readonly custom?: boolean;
}

/** y = f(a, b). */
export interface ZipFunction extends Omit<MapFunction, "f"> {
  readonly f: (a: number, b: number) => number;
}

/** What `reduce` computes along its axis. argMax and argMin give the first index; a NaN counts as the extreme. */
export type Reduction = "sum" | "max" | "min" | "argMax" | "argMin";

/** What batch norm adds to the variance, and whether it ends with max(y, 0). */
export interface Normalization {
  readonly eps: number;
  readonly relu: boolean;
}

/**
 * How the items of sequences of different lengths lie, longest sequence first: all first items one below the other, then all
 * second ones, and so on. The i-th item at each place is one of the i-th sequence.
 */
export interface Recurrence {
  /** How many sequences have a first, a second, ... item: never more than the one before, and at least 1. */
  readonly batchSizes: Int32Array;
  /** Whether each sequence is read from its end. */
  readonly reverse: boolean;
}

/**
 * What every device must do. Inputs and outputs are row-major and contiguous, outputs are new storages, and linear
 * kernels come as adjoint pairs (copy and place, take and scatterAdd, unfold and fold, matmul with itself), so that
 * gradients need no kernels of their own. The loop each one stands for is in `reference/kernels.ts`.
 */
export interface Kernels {
  /** y[i] = f(x[i]) */
  map(fn: MapFunction, x: Storage): Storage;
  /** y[i] = f(a[view of i], b[view of i]) over `shape`; strides of 0 broadcast. */
  zip(
    fn: ZipFunction,
    a: Storage,
    aStrides: readonly number[],
    b: Storage,
    bStrides: readonly number[],
    shape: Shape,
  ): Storage;
  /** y[o, i] = reduction over j of x[o, j, i]. An empty sum is 0; an empty max is never asked for. */
  reduce(kind: Reduction, x: Storage, axis: Axis): Storage;
  /** y[batch] = a[batch] b[batch] */
  matmul(a: Storage, b: Storage, sizes: MatmulSizes): Storage;
  /** y[i] = x[view(i)], over the view's shape. */
  copy(x: Storage, view: View): Storage;
  /** y = fill everywhere (`size` elements), then y[view(i)] = x[i]. The view names no place twice: the adjoint of `copy`. */
  place(x: Storage, view: View, size: number, fill: number): Storage;
  /** Joins [outer, n_0, inner], [outer, n_1, inner], ... along the axis. */
  concat(parts: readonly Storage[], outer: number, widths: readonly number[], inner: number): Storage;
  /** y[o, j, i] = x[o, indices[j], i]. Indices were checked. */
  take(x: Storage, indices: Int32Array, axis: Axis): Storage;
  /** y[o, indices[j], i] += x[o, j, i], from zeros of shape `axis`: the adjoint of `take`. */
  scatterAdd(x: Storage, indices: Int32Array, axis: Axis): Storage;
  /** [b, c, h, w] -> [b, c*kh*kw, oh*ow]: every window as a column, zeros outside the image. */
  unfold(x: Storage, window: WindowSizes): Storage;
  /** [b, c*kh*kw, oh*ow] -> [b, c, h, w]: overlapping windows add up; the adjoint of `unfold`. */
  fold(x: Storage, window: WindowSizes): Storage;
}

/** What an optimizer's step knows of one parameter. */
export interface Update {
  readonly p: Storage;
  readonly g: Storage;
  /** What the step before left, in the order in which it comes; nothing at the first. */
  readonly state: readonly Storage[];
  /** How often the parameter was updated, this time included. */
  readonly step: number;
}

/**
 * What makes one step of stochastic gradient descent: d = g + weightDecay p; b = momentum b + d, at first d; p - lr b,
 * with nesterov p - lr (d + momentum b).
 */
export interface SgdRates {
  readonly lr: number;
  /** 0: there is no b, and p - lr d. */
  readonly momentum: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
}

/**
 * What makes step k of Adam: d = g + weightDecay p; m = beta1 m + (1 - beta1) d and v = beta2 v + (1 - beta2) d², from zeros;
 * shrink p - lr / (1 - beta1^k) m / (sqrt(v / (1 - beta2^k)) + eps).
 */
export interface AdamRates {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly shrink: number;
}

/** What `logPotential` gives. */
export interface Potential {
  /** [1] */
  readonly total: Storage;
  /** Of `total` in x, [n, d], and in y, [m, d]; undefined where not wanted. */
  readonly gradients: readonly (Storage | undefined)[];
}

/**
 * Kernels a device may have beyond the required ones. An op that can be fused says what it means as a composition;
 * the fused kernel is used where it exists and held to that composition by the tests (`pick` and `unpick`, which only
 * stand in the gradient of `maxPool2d`, to the reference loops). Kernels that stand together below
 * come together: a device has all of them or none.
 */
export interface FusedKernels {
  /** x: [n, d], y: [m, d] -> [n, m], entry |x_i - y_j|^2 from differences. */
  squaredDistances?(x: Storage, y: Storage, n: number, m: number, d: number): Storage;
  /** x: [n, d] -> [n(n-1)/2], |x_i - x_j| for i < j, row by row. */
  pdist?(x: Storage, n: number, d: number): Storage;

  /**
   * log of the sum of exp(-t |x_i - y_j|^2) over all i and j; without y over the pairs i < j of x. There is a pair. The
   * sum is finite where every potential underflows. With it come its gradients in x and in y, each where it is
   * `wanted`: row i of that in x is 2 t times the sum over j of exp(-t |x_i - y_j|^2 - total) (y_j - x_i), exactly 0
   * from points that coincide; without y over the j of x other than i. x: [n, d], y: [m, d]; m = n without y.
   */
  logPotential?(
    x: Storage,
    y: Storage | undefined,
    n: number,
    m: number,
    d: number,
    t: number,
    wanted: readonly boolean[],
  ): Potential;

  /**
   * y[b, o, i, j] = sum over c, u, v of x[b, c, window place (i, j) + (u, v)] w[o, c, u, v]; zeros outside the image,
   * of which a device may leave out the products or make them (0 · ∞ is NaN).
   */
  convolve?(x: Storage, w: Storage, out: number, window: WindowSizes): Storage;
  /** The adjoint in x: g: [b, out, oh, ow], w -> [b, c, h, w]. */
  convolveInput?(g: Storage, w: Storage, out: number, window: WindowSizes): Storage;
  /** The adjoint in w: x, g: [b, out, oh, ow] -> [out, c, kh, kw]. */
  convolveWeight?(x: Storage, g: Storage, out: number, window: WindowSizes): Storage;

  /** The largest value of each window, padding aside, and where in its plane (row * width + column) the first one lies. */
  maxPool2d?(x: Storage, window: WindowSizes): { y: Storage; places: Storage };
  /** The same of the largest x of each window or, where its channel's weight is negative, of the smallest. weight: [c] */
  extremePool2d?(x: Storage, weight: Storage, window: WindowSizes): { y: Storage; places: Storage };
  /**
   * y[r, j] = x[r, places[r, j]] for planes r, each place under window j of its plane. x: [b, c, h, w], places: [b, c,
   * oh, ow] -> [b, c, oh, ow]
   */
  pick?(x: Storage, places: Storage, window: WindowSizes): Storage;
  /** y[r, places[r, j]] += g[r, j], from zeros: the adjoint of `pick`. g, places: [b, c, oh, ow] -> [b, c, h, w] */
  unpick?(g: Storage, places: Storage, window: WindowSizes): Storage;

  /** The mean of each window, padding counted as zeros. */
  avgPool2d?(x: Storage, window: WindowSizes): Storage;
  /** Each pixel of g: [b, c, oh, ow] spread evenly over its window -> [b, c, h, w]: the adjoint of `avgPool2d`. */
  avgSpread?(g: Storage, window: WindowSizes): Storage;

  /** Mean and biased variance over all but the axis: x: [outer, n, inner] -> [2, n]. */
  channelMoments?(x: Storage, axis: Axis): Storage;
  /**
   * y = xhat weight + bias with xhat = (x - mean) / sqrt(variance + eps), for each channel; with relu max(y, 0).
   * moments: [2, n]
   */
  batchNormalize?(
    x: Storage,
    weight: Storage,
    bias: Storage,
    moments: Storage,
    axis: Axis,
    how: Normalization,
  ): Storage;
  /**
   * Sums of g and of g xhat over all but the axis, [2, n]: the gradients in bias and weight. With relu the g where y, as
   * `batchNormalize` works it out to the last bit, is 0 are taken for 0, here and in `batchNormalizeInput`.
   */
  batchNormalizeTotals?(
    g: Storage,
    x: Storage,
    weight: Storage,
    bias: Storage,
    moments: Storage,
    axis: Axis,
    how: Normalization,
  ): Storage;
  /**
   * The gradient in x, moments' dependence on x included: weight / sqrt(variance + eps) (g - total g / count - xhat
   * total(g xhat) / count), with the totals of `batchNormalizeTotals`.
   */
  batchNormalizeInput?(
    g: Storage,
    x: Storage,
    weight: Storage,
    bias: Storage,
    moments: Storage,
    totals: Storage,
    axis: Axis,
    how: Normalization,
  ): Storage;
  /**
   * The same with `unpick` of g and places in place of g: the gradient of max pooling `batchNormalize`, whose y is that
   * of the extremes of x. x: [b, c, h, w], g, places: [b, c, oh, ow]. It and `extremePool2d` come with all above, and
   * together.
   */
  batchNormalizePoolInput?(
    g: Storage,
    x: Storage,
    weight: Storage,
    bias: Storage,
    moments: Storage,
    totals: Storage,
    places: Storage,
    window: WindowSizes,
    how: Normalization,
  ): Storage;

  /** The sum of the squares of all numbers there are. -> [1] */
  sumOfSquares?(xs: readonly Storage[]): Storage;
  /** That of each row. x: [n, d] -> [n] */
  squaredLengths?(x: Storage, n: number, d: number): Storage;
  /** Each row x of [n, d] divided by max(|x|, eps). */
  unitRows?(x: Storage, n: number, d: number, eps: number): Storage;
  /** Its gradient in x: (g - y (y · g)) / |x| with y = x / |x|, and g / eps where |x| < eps. */
  unitRowsInput?(g: Storage, x: Storage, n: number, d: number, eps: number): Storage;

  /**
   * The mean over rows of the sum over c of t[c] (total - x[c]), total being the log of the sum over c of exp(x[c]); t is a row of
   * `target`, or 1 at its label and 0 elsewhere, where x does not count. x: [n, classes] -> y: [1], totals: [n]. Labels were checked.
   */
  crossEntropy?(x: Storage, target: Int32Array | Storage, n: number, classes: number): { y: Storage; totals: Storage };
  /** Its gradient in x: (exp(x - total) times the sum of t - t) / n. -> [n, classes] */
  crossEntropyInput?(x: Storage, totals: Storage, target: Int32Array | Storage, n: number, classes: number): Storage;

  /**
   * Gated recurrent units along sequences, as op `gru` says. gates: [items, 3 width], start: [batchSizes[0], width], weight: [3 width,
   * width], bias: [3 width] -> y: [items, width] and, for the gradients, trace: [items, 4 width], r, z, n and h W_n^T + b_n
   * of each item side by side.
   */
  gru?(
    gates: Storage,
    start: Storage,
    weight: Storage,
    bias: Storage,
    width: number,
    along: Recurrence,
  ): { y: Storage; trace: Storage };
  /** The gradients in gates, start, weight and bias, one behind the other, with y and trace as `gru` gives them. g: [items, width] */
  gruGradients?(
    g: Storage,
    start: Storage,
    weight: Storage,
    y: Storage,
    trace: Storage,
    width: number,
    along: Recurrence,
  ): Storage;

  /**
   * A step of all parameters: for each the new p and b. Nobody reads what is in `spent` again: it is freed, and the
   * device may write the results where it lay. All or none: what throws has freed and written nothing, unless a thread
   * failed while it computed.
   */
  sgd?(updates: readonly Update[], rates: SgdRates, spent: readonly Storage[]): readonly (readonly Storage[])[];
  /** In like manner: for each parameter the new p, m and v. */
  adam?(updates: readonly Update[], rates: AdamRates, spent: readonly Storage[]): readonly (readonly Storage[])[];
}

/** What a device is and what it did. */
export interface DeviceReport {
  readonly name: string;
  readonly dtype: DType;
  /** How often each kernel ran, by the name under which it really ran. */
  readonly ran: Readonly<Record<string, number>>;
  /** What was asked for and not to be had here, and why. */
  readonly refused: readonly { readonly what: string; readonly why: string }[];
  /** In words, how the kernels are compiled. */
  readonly build?: string;
  /** How many threads compute now, the calling one included: they are started when there is work for them. */
  readonly threads?: number;
  /** How many kernels were compiled as they were first needed, and how long that took, their first runs included. */
  readonly compiled?: { readonly kernels: number; readonly milliseconds: number };
}

/**
 * A place where kernels run. Launching is synchronous and reading is asynchronous: kernel calls return at once with a
 * storage that may be pending, and only `read` waits. A device with nothing pending simply computes at the call.
 */
export interface Device {
  readonly name: string;
  readonly dtype: DType;
  /** Whether reading needs `await`; `readSync` throws then. */
  readonly asynchronous: boolean;
  readonly kernels: Kernels;
  readonly fused: FusedKernels;
  readonly measuring?: MeasuringKernels;
  upload(values: ArrayLike<number>): Storage;
  /**
   * `x` itself if `check` accepts the numbers in `probe`; otherwise its error, now or, where reads wait, at the next
   * read.
   */
  verify(x: Storage, probe: Storage, check: (values: Floats) => void): Storage;
  /**
   * Lets the garbage collector give memory back, where much has come into use; otherwise it resolves at once. `trainStep`
   * awaits it after a step and a loader before a batch, so that loops which never wait are bounded too.
   */
  breathe?(): Promise<void>;
  /** How often each kernel ran since the device was made: no fallback is silent. */
  ranOn(): Readonly<Record<string, number>>;
  report(): DeviceReport;
  /** Notes for the report what was asked for and not to be had, so that this device serves in its place. */
  refuse(what: string, why: string): void;
}

export function freedError(size: number): Error {
  return new Error(
    `this tensor of ${size} elements was freed when its scope ended: return it from the scope, or keep() it, to use it later`,
  );
}
