import type { Storage } from "../device.ts";
import { integerFunctions, type KernelFunction } from "./integers.ts";

/**
 * What one thread does, as the text of a function with the arguments `inputs` (flat arrays), then `integers`. Text, not
 * a closure: gpu.js reads the source, and minifiers rewrite functions but leave strings alone.
 */
export interface Program {
  /** The name under which a run is counted, `reduce:sum`. */
  readonly name: string;
  /** Tells programs of one name apart, such as the number of dimensions that the text spells out. */
  readonly variant?: number | string;
  readonly inputs: readonly string[];
  readonly integers: readonly string[];
  readonly functions?: readonly KernelFunction[];
  readonly body: string;
}

/** A program and what it runs on: output element i is what thread i returns. */
export interface Launch<Input> {
  readonly program: Program;
  readonly inputs: readonly Input[];
  readonly integers: readonly number[];
  /** Number of output elements. */
  readonly size: number;
  /** The longest loop in the program, in iterations. */
  readonly longestLoop?: number;
}

/** How a kernel that takes several launches issues each of them. */
export type Run = (launch: Launch<Storage>) => Storage;

/** What we use of a kernel that gpu.js made. */
export interface GpuJsKernel {
  (...args: (Float32Array | number)[]): Promise<Float32Array>;
  setOutput(output: readonly number[]): unknown;
  /** The kernel that runs now: after a degradation another one than was made. */
  readonly kernel: { readonly constructor: { readonly mode?: string }; readonly fallbackReason?: string | null };
}

/** What we use of a gpu.js instance; the options of a kernel are gpu.js's own. */
export interface GpuJs {
  createKernel(source: string, settings: object): GpuJsKernel;
}

/** The kernels of one gpu.js instance, each compiled once and kept. */
export class Programs {
  readonly #mode: string;
  readonly #engine: GpuJs;
  readonly #kernels = new Map<string, GpuJsKernel>();

  constructor(mode: string, engine: GpuJs) {
    this.#mode = mode;
    this.#engine = engine;
  }

  /** How many kernels were compiled. */
  get compiled(): number {
    return this.#kernels.size;
  }

  /** Runs a program; rejects if gpu.js compiled or ran it in another mode than was asked for. */
  async run({ program, inputs, integers, size, longestLoop = 0 }: Launch<Float32Array>): Promise<Float32Array> {
    const loops = loopClass(longestLoop);
    const key = [program.name, program.variant, program.body, ...(program.functions ?? []).map((f) => f.source), loops];
    const kernel = this.#kernel(key.join("\n"), program, loops);
    let values: Float32Array;
    try {
      // No await between these two lines: the kernel is shared and its output size is state.
      kernel.setOutput([size]);
      values = await kernel(...inputs.map((x) => (x.length === 0 ? nothing : x)), ...integers);
    } catch (cause) {
      this.#checkMode(program, kernel);
      throw new Error(`gpu:${this.#mode}: kernel "${program.name}" failed: ${messageOf(cause)}`, { cause });
    }
    this.#checkMode(program, kernel);
    if (values.length !== size) {
      throw new Error(`gpu:${this.#mode}: kernel "${program.name}" made ${values.length} numbers instead of ${size}`);
    }
    return values;
  }

  #kernel(key: string, program: Program, loops: number): GpuJsKernel {
    const known = this.#kernels.get(key);
    if (known) return known;
    const { inputs, integers, body } = program;
    const made = this.#engine.createKernel(`function kernel(${[...inputs, ...integers].join(", ")}) { ${body} }`, {
      functions: [...integerFunctions, ...(program.functions ?? [])],
      argumentTypes: [...inputs.map(() => "Array"), ...integers.map(() => "Integer")],
      output: [1],
      dynamicOutput: true,
      dynamicArguments: true,
      pipeline: true,
      immutable: true,
      asyncMode: true,
      precision: "single",
      loopMaxIterations: loops,
      // gpu.js keeps a pool of threads per kernel, as many as there are processors: with thirty kernels far too many.
      poolSize: 2,
    });
    this.#kernels.set(key, made);
    return made;
  }

  /** gpu.js replaces what it cannot compile by its plain JavaScript mode, with a line on the console at most. */
  #checkMode(program: Program, { kernel }: GpuJsKernel): void {
    const { mode = "unknown" } = kernel.constructor;
    if (mode === this.#mode && !kernel.fallbackReason) return;
    // Right after a degradation the old kernel still stands there, with the reason; its replacement is always cpu.
    const instead = mode === this.#mode ? "cpu" : mode;
    const why = kernel.fallbackReason ?? "gpu.js gives no reason";
    throw new Error(
      `gpu:${this.#mode}: gpu.js moved kernel "${program.name}" to its ${instead} mode (${why}); ` +
        `ask for that mode with gpu({ mode: "${instead}" }), or for another device`,
    );
  }
}

/** gpu.js cannot take an array without elements; a kernel whose input is empty never reads it. */
const nothing = new Float32Array(1);

/** gpu.js stops loops at a bound fixed when it compiles: powers of two, so that few lengths need a kernel of their own. */
function loopClass(longest: number): number {
  return 2 ** Math.max(10, Math.ceil(Math.log2(Math.max(longest, 1))));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
