/**
 * What is to be done, as data: each library has its own way of doing it. Numbers are drawn from a normal distribution
 * beforehand, and a run ends when its results are there to be read. `backward` adds the gradients of all that is given.
 */
export type Job =
  /** A product of [m, k] and [k, n]. */
  | { readonly kind: "matmul"; readonly m: number; readonly k: number; readonly n: number }
  /** A layer without bias on [rows, inputs]: forward and both gradients. */
  | { readonly kind: "linear"; readonly rows: number; readonly inputs: number; readonly outputs: number }
  /**
   * A bidirectional GRU layer on `sequences` sequences of 1 to `most` items, packed: forward and all gradients. Item i of the lengths
   * is 1 + 7 i mod `most`.
   */
  | {
      readonly kind: "gru";
      readonly sequences: number;
      readonly most: number;
      readonly inputs: number;
      readonly hidden: number;
    }
  /** 3×3 with padding 1 on [batch, inputs, size, size]. */
  | {
      readonly kind: "conv";
      readonly batch: number;
      readonly inputs: number;
      readonly outputs: number;
      readonly size: number;
      readonly backward: boolean;
    }
  /** log of the mean of exp(−2 ‖x_i − x_j‖²) over pairs of n unit vectors. */
  | { readonly kind: "uniformLoss"; readonly n: number; readonly d: number; readonly backward: boolean }
  /** The same for a data set, without gradient. */
  | { readonly kind: "uniformity"; readonly n: number; readonly d: number }
  /** A training step on two views of `pairs` images: pixels are given, SGD with momentum updates, the loss is read. */
  | { readonly kind: "step"; readonly model: Model; readonly pairs: number; readonly size: number }
  /** A step of `align-uniform train mnist` on noise: views are drawn too, and all losses are read. */
  | { readonly kind: "mnistJob"; readonly pairs: number }
  | { readonly kind: "pointwise"; readonly op: Pointwise; readonly count: number }
  /** Of `count` numbers one. */
  | { readonly kind: "reduce"; readonly op: "sum" | "max"; readonly count: number }
  /** In training, over [n, c, h, w]. */
  | { readonly kind: "batchNorm"; readonly shape: Images; readonly backward: boolean }
  /** 2×2. */
  | { readonly kind: "maxPool"; readonly shape: Images; readonly backward: boolean }
  /** A new Node that prints the command line's help, or imports the library; of the latter the import alone is timed. */
  | { readonly kind: "start"; readonly what: "help" | "import" }
  /** What this machine's WebAssembly can do at all: see assembly/roof.ts. */
  | { readonly kind: "roof"; readonly loop: Loop };

export type Kind = Job["kind"];
export type JobOf<K extends Kind> = Extract<Job, { kind: K }>;

export type Model = "convEncoder" | "smallAlexNet";
/** `pow` is x^1.5; it and `log` are given |x|. `add` takes two arrays, the others one. */
export type Pointwise = "add" | "relu" | "exp" | "log" | "sigmoid" | "tanh" | "pow";
export type Images = readonly [n: number, channels: number, height: number, width: number];
export type Loop = "multiply" | "copy" | "read";

/** Multiplications and additions of the direct way, which is not always the way taken; undefined where nobody counts. */
export function operations(job: Job): number | undefined {
  switch (job.kind) {
    case "matmul":
      return 2 * job.m * job.k * job.n;
    case "linear":
      return 3 * 2 * job.rows * job.inputs * job.outputs;
    case "gru":
      return 3 * 2 * 2 * lengthsOf(job).reduce((a, b) => a + b, 0) * 3 * job.hidden * (job.inputs + job.hidden);
    case "conv":
      return (job.backward ? 3 : 1) * 2 * job.batch * job.size ** 2 * 9 * job.inputs * job.outputs;
    case "uniformLoss":
      return (job.backward ? 3 : 1) * job.n ** 2 * job.d; // half of all products; then those of the gradient, unhalved
    case "uniformity":
      return job.n ** 2 * job.d;
    default:
      return undefined;
  }
}

/** How long each sequence of a job is. */
export function lengthsOf({ sequences, most }: JobOf<"gru">): Int32Array {
  return Int32Array.from({ length: sequences }, (_, i) => 1 + ((7 * i) % most));
}

/** Does a job once, until its results are there. */
export type Once = () => unknown;

/** How one library does which jobs: makes ready what a job needs, and gives back what is timed. */
export type Ways = { readonly [K in Kind]?: (job: JobOf<K>) => Once | Promise<Once> };

/** Makes ready a job. Rejects with "–" where there is no way. */
export async function ready<K extends Kind>(ways: Ways, job: JobOf<K>): Promise<Once> {
  const way = ways[job.kind as K];
  if (way === undefined) throw new Error("–");
  return way(job);
}
