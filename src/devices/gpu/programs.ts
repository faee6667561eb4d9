import { type Engine, type GpuJsKernel, type GpuMode, type Handle, traits } from "./engine.ts";
import { integerFunctions } from "./integers.ts";
import type { Launch, Program } from "./program.ts";

/** A program as gpu.js compiled it. */
interface Compiled {
  readonly kernel: GpuJsKernel;
  /** Its first call, which compiles it: until it is done nobody else may set another output size. */
  compiling?: Promise<void>;
}

/** The programs of one gpu.js instance, each compiled once and kept. */
export class Programs {
  readonly #mode: GpuMode;
  readonly #engine: Engine;
  readonly #compiled = new Map<string, Compiled>();
  #milliseconds = 0;
  #nothing: Promise<Handle> | undefined;

  constructor(mode: GpuMode, engine: Engine) {
    this.#mode = mode;
    this.#engine = engine;
  }

  /** How many programs were compiled, and the time that took with their first runs. */
  get compiled(): { readonly kernels: number; readonly milliseconds: number } {
    return { kernels: this.#compiled.size, milliseconds: this.#milliseconds };
  }

  /** What went wrong for good, as the error to throw; undefined while all is well. */
  get fault(): Error | undefined {
    const fault = this.#engine.fault?.();
    if (fault === undefined) return undefined;
    const remedy = "its arrays are lost: load a checkpoint and ask gpu() for the device again, or use another one";
    return new Error(`gpu:${this.#mode}: ${fault}; ${remedy}`);
  }

  /** Gives back what the kernels hold: they are of no more use. */
  async destroy(): Promise<void> {
    try {
      await this.#engine.destroy?.();
    } catch {} // of a card that is lost nothing can be given back
  }

  /** An array of these numbers, which must not change afterwards. */
  upload(values: Float32Array): Promise<Handle> {
    const onCard = traits[this.#mode].resultType !== undefined && values.length > 0;
    return onCard ? this.#run(uploading, [values], [], values.length, 0) : Promise.resolve(values);
  }

  /** Runs a program; rejects if gpu.js compiled or ran it in another mode than was asked for. */
  async run({ program, inputs, integers, size, longestLoop = 0 }: Launch<Handle>): Promise<Handle> {
    if (size === 0) return new Float32Array(0);
    // gpu.js cannot take an array without elements; a kernel whose input is empty never reads it.
    const empty = inputs.some(isEmpty);
    if (empty) this.#nothing ??= this.upload(new Float32Array(1));
    const nothing = empty ? await this.#nothing : undefined;
    const given = inputs.map((x) => (nothing && isEmpty(x) ? nothing : x));
    return this.#run(program, given, integers, size, longestLoop);
  }

  /** A copy of an array's numbers. */
  async download(handle: Handle, size: number): Promise<Float32Array> {
    if (handle instanceof Float32Array) return handle.slice();
    const values = await this.#run(downloading, [handle], [], size, 0);
    if (!(values instanceof Float32Array)) throw new Error(`gpu:${this.#mode}: gpu.js did not read an array back`);
    const { fault } = this;
    if (fault) throw fault; // what was read may be zeros
    return values;
  }

  async #run(
    program: Program,
    inputs: readonly Handle[],
    integers: readonly number[],
    size: number,
    longestLoop: number,
  ): Promise<Handle> {
    const compiled = this.#find(program, longestLoop);
    let result: Handle;
    try {
      if (compiled.compiling) await compiled.compiling; // the first caller must not wait: the second would pass it
      result = await this.#call(compiled, [...inputs, ...integers], size);
    } catch (cause) {
      this.#checkMode(program, compiled.kernel);
      const why = cause instanceof Error ? cause.message : String(cause);
      throw this.fault ?? new Error(`gpu:${this.#mode}: kernel "${program.name}" failed: ${why}`, { cause });
    }
    this.#checkMode(program, compiled.kernel);
    if (result instanceof Float32Array && result.length !== size) {
      throw new Error(`gpu:${this.#mode}: kernel "${program.name}" made ${result.length} numbers instead of ${size}`);
    }
    return result;
  }

  /**
   * Nothing is awaited between setting the size and the call: they belong together. The size is set even if it stays the
   * same: on WebGL that gives the result a texture of its own, where gpu.js could otherwise take one of another size.
   */
  #call(compiled: Compiled, args: readonly (Handle | number)[], size: number): Promise<Handle> {
    const { kernel } = compiled;
    kernel.setOutput([size]);
    const start = performance.now();
    const result = kernel(...args);
    if (!compiled.compiling) {
      const done = (): void => {
        this.#milliseconds += performance.now() - start;
      };
      compiled.compiling = result.then(done, done);
    }
    return result;
  }

  #find(program: Program, longestLoop: number): Compiled {
    const { name, variant, inputs, integers, functions = [], body } = program;
    const loops = loopClass(longestLoop);
    const key = [name, variant, body, ...functions.map((f) => f.source), loops].join("\n");
    const known = this.#compiled.get(key);
    if (known) return known;
    const kernel = this.#engine.createKernel(`function kernel(${[...inputs, ...integers].join(", ")}) { ${body} }`, {
      functions: [...integerFunctions, ...functions],
      argumentTypes: [...inputs.map(() => this.#typeFor(program)), ...integers.map(() => "Integer")],
      output: [1],
      dynamicOutput: true,
      dynamicArguments: true,
      pipeline: program !== downloading,
      immutable: true,
      asyncMode: true,
      precision: "single",
      // Where gpu.js chooses the precision of a kernel by its size, it gives zeros past the first size that was chosen for.
      tactic: "precision",
      fixIntegerDivisionAccuracy: false, // we divide whole numbers by \`quotient\`
      loopMaxIterations: loops,
      // gpu.js keeps a pool of threads per kernel, as many as there are processors: with thirty kernels far too many.
      poolSize: 2,
    });
    const compiled: Compiled = { kernel };
    this.#compiled.set(key, compiled);
    return compiled;
  }

  /** The type of a program's inputs: only an upload reads what JavaScript holds, unless everything does. */
  #typeFor(program: Program): string {
    return program === uploading ? "Array" : (traits[this.#mode].resultType ?? "Array");
  }

  /** gpu.js replaces what it cannot compile by its plain JavaScript mode, with a line on the console at most. */
  #checkMode(program: Program, { kernel }: GpuJsKernel): void {
    const { mode = "unknown" } = kernel.constructor;
    if (mode === traits[this.#mode].ranOn && !kernel.fallbackReason) return;
    // Right after a degradation the old kernel still stands there, with the reason; its replacement is always cpu.
    const instead = mode === traits[this.#mode].ranOn ? "cpu" : mode;
    const why = kernel.fallbackReason ?? "gpu.js gives no reason";
    throw new Error(
      `gpu:${this.#mode}: gpu.js moved kernel "${program.name}" to its ${instead} mode (${why}); ` +
        `ask for that mode with gpu({ mode: "${instead}" }), or for another device`,
    );
  }
}

function isEmpty(handle: Handle): boolean {
  return handle instanceof Float32Array && handle.length === 0;
}

const uploading: Program = { name: "upload", inputs: ["x"], integers: [], body: "return x[this.thread.x];" };
/** Its result comes back as numbers, without holding up the page. */
const downloading: Program = { ...uploading, name: "download" };

/** gpu.js stops loops at a bound fixed when it compiles: powers of two, so that few lengths need a kernel of their own. */
function loopClass(longest: number): number {
  return 2 ** Math.max(10, Math.ceil(Math.log2(Math.max(longest, 1))));
}
