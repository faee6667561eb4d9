/** The ways in which gpu.js runs kernels. `webasm` and `cpu` are gpu.js's own and use no graphics card. */
export type GpuMode = "webgpu" | "webgl2" | "headlessgl" | "webasm" | "cpu";

/** An array on the graphics card, as gpu.js hands it from kernel to kernel. */
export interface CardArray {
  delete(): void;
}

/** Numbers where a mode keeps them: on the card, or, in gpu.js's own modes, in a typed array. */
export type Handle = Float32Array | CardArray;

/** What we use of a kernel that gpu.js made. */
export interface GpuJsKernel {
  (...args: (Handle | number)[]): Promise<Handle>;
  setOutput(output: readonly number[]): unknown;
  /** The kernel that runs now: after a degradation another one than was made. */
  readonly kernel: { readonly constructor: { readonly mode?: string }; readonly fallbackReason?: string | null };
}

/** What we use of a gpu.js instance; the options of a kernel are gpu.js's own. */
export interface Engine {
  createKernel(source: string, settings: object): GpuJsKernel;
  /** What went wrong on the card outside of any call, for good: its arrays are gone or not to be trusted. */
  fault?(): string | undefined;
  /** Gives back what its kernels hold. */
  destroy?(): unknown;
}

/** How gpu.js behaves in a mode. */
interface Traits {
  /** What its kernels say they ran on: the WebGL modes share one name. */
  readonly ranOn: string;
  /** The type it knows results of kernels by; undefined where these are typed arrays. */
  readonly resultType?: string;
  /** Iterations after which a loop ends, whatever its text says. */
  readonly longestLoop?: number;
}

export const traits: Readonly<Record<GpuMode, Traits>> = {
  webgpu: { ranOn: "webgpu", resultType: "WebGPUBuffer" },
  webgl2: { ranOn: "gpu", resultType: "ArrayTexture(1)" },
  headlessgl: { ranOn: "gpu", resultType: "ArrayTexture(1)", longestLoop: 2 ** 16 - 1 },
  webasm: { ranOn: "webasm" },
  cpu: { ranOn: "cpu" },
};
