import type { Job, Pointwise } from "./job.ts";

/** Something to be timed. */
export interface Work {
  readonly name: string;
  readonly job: Job;
  readonly target?: Target;
  /** Takes minutes: one run is timed, and far more patience is had with it. */
  readonly long?: boolean;
  /** Whether its peak memory is of interest, and whether it is timed on several numbers of threads as well. */
  readonly memory?: boolean;
  readonly scaling?: boolean;
}

/** What we want to reach. */
export interface Target {
  /** Our time as a multiple of another's, by its column, at most. */
  readonly times?: Readonly<Record<string, number>>;
  /** Share of the roof, at least. */
  readonly roof?: number;
  /** At most. */
  readonly milliseconds?: number;
  /** Peak memory at most another's, by its column. */
  readonly memoryOf?: string;
  /** Peak memory at most. */
  readonly megabytes?: number;
}

function matmul(n: number, target?: Target, scaling = false): Work {
  return { name: `matmul ${n}`, job: { kind: "matmul", m: n, k: n, n }, target, scaling };
}

/** The targets of a large product. */
const product: Target = { roof: 0.75, times: { "tfjs-wasm": 1 / 3, "gpu.js webasm": 0.1 } };

function conv(inputs: number, outputs: number, size: number, backward: boolean, rest: Partial<Work> = {}): Work {
  const what = backward ? "forward + backward" : "forward";
  const name = `conv 3×3, ${inputs} → ${outputs}, ${size}×${size}, batch 64, ${what}`;
  return { name, job: { kind: "conv", batch: 64, inputs, outputs, size, backward }, ...rest };
}

const d = 128; // width of features: the paper's

function uniformLoss(n: number, backward: boolean, rest: Partial<Work> = {}): Work {
  const what = backward ? "forward + backward" : "forward";
  return { name: `uniformLoss ${what}, n = ${n}, d = ${d}`, job: { kind: "uniformLoss", n, d, backward }, ...rest };
}

function smallAlexNet(pairs: number, size: number, rest: Partial<Work> = {}): Work {
  const name = `SmallAlexNet training step, 2 × ${pairs} images of ${size} × ${size}`;
  return { name, job: { kind: "step", model: "smallAlexNet", pairs, size }, ...rest };
}

const many = 10_000_000;
/** About 10^7 numbers in channels. */
const images = [64, 64, 49, 50] as const;
const memoryBound: Target = { times: { PyTorch: 1.5 } };

function pointwise(op: Pointwise): Work {
  return { name: `${op}, 10⁷ numbers`, job: { kind: "pointwise", op, count: many }, target: memoryBound };
}

function reduce(op: "sum" | "max"): Work {
  return { name: `${op}, 10⁷ numbers`, job: { kind: "reduce", op, count: many }, target: memoryBound };
}

function overImages(kind: "batchNorm" | "maxPool", backward: boolean): Work {
  const what = backward ? "forward + backward" : "forward";
  const name = `${kind === "maxPool" ? "maxPool 2×2" : kind} ${what}, ${images.join("×")}`;
  return { name, job: { kind, shape: images, backward }, target: memoryBound };
}

/** What `npm run bench` times, in the order of its table. */
export const works: readonly Work[] = [
  matmul(64),
  matmul(256),
  matmul(512, product),
  matmul(1024, product, true),
  matmul(2048, product),
  {
    name: "linear 9408 → 4096, 64 rows, forward + backward",
    job: { kind: "linear", rows: 64, inputs: 9408, outputs: 4096 },
  },
  {
    name: "GRU 128 → 2 × 256, 400 sentences of 1 to 41 words, forward + backward",
    job: { kind: "gru", sequences: 400, most: 41, inputs: 128, hidden: 256 },
  },
  conv(96, 192, 32, false),
  conv(96, 192, 32, true, { target: { times: { PyTorch: 0.75 } }, scaling: true }),
  conv(32, 64, 16, false),
  conv(32, 64, 16, true),
  smallAlexNet(32, 64, { target: { times: { PyTorch: 0.8 }, memoryOf: "PyTorch" }, memory: true }),
  {
    name: "MNIST encoder training step, 2 × 256 images",
    job: { kind: "step", model: "convEncoder", pairs: 256, size: 28 },
    target: { times: { PyTorch: 0.6 } },
    memory: true,
  },
  uniformLoss(1024, false),
  uniformLoss(1024, true),
  uniformLoss(4096, false),
  uniformLoss(4096, true, { target: { times: { PyTorch: 0.25 } }, memory: true, scaling: true }),
  {
    name: "data-set uniformity, n = 20000, d = 128",
    job: { kind: "uniformity", n: 20_000, d },
    target: { times: { PyTorch: 0.25 } },
    memory: true,
    scaling: true,
  },
  {
    name: "data-set uniformity, n = 100000, d = 128, one run",
    job: { kind: "uniformity", n: 100_000, d },
    long: true,
    target: { megabytes: 300 },
    memory: true,
  },
  ...(["add", "relu", "exp", "log", "sigmoid", "tanh", "pow"] as const).map(pointwise),
  ...(["sum", "max"] as const).map(reduce),
  overImages("batchNorm", false),
  overImages("batchNorm", true),
  overImages("maxPool", false),
  overImages("maxPool", true),
  {
    name: "add of 10 numbers",
    job: { kind: "pointwise", op: "add", count: 10 },
    target: { milliseconds: 0.005 },
  },
  { name: "align-uniform --help", job: { kind: "start", what: "help" }, target: { milliseconds: 100 } },
  { name: "import of the library", job: { kind: "start", what: "import" }, target: { milliseconds: 50 } },
];

/** A work of `npm run bench:gpu`. */
export interface GpuWork extends Work {
  /** Whether a machine without a graphics card is through with it in seconds. */
  readonly small: boolean;
}

const mnistJob = (pairs: number): Work => ({
  name: `MNIST training step, 2 × ${pairs} images`,
  job: { kind: "mnistJob", pairs },
});

const sized = (small: boolean, ...works: Work[]): GpuWork[] => works.map((work) => ({ ...work, small }));

/** What `npm run bench:gpu` times, in the order of its table. */
export const gpuWorks: readonly GpuWork[] = [
  ...sized(true, matmul(256), matmul(512)),
  ...sized(false, matmul(1024), matmul(2048), matmul(4096)),
  ...sized(true, uniformLoss(1024, true)),
  ...sized(false, uniformLoss(4096, true)),
  ...sized(true, mnistJob(16)),
  ...sized(false, mnistJob(256), smallAlexNet(32, 32), smallAlexNet(128, 32)),
];
