import type { Engine, GpuJsKernel, GpuMode } from "./engine.ts";

/** What we use of the gpu.js package. */
interface GpuJs {
  readonly GPU: { new (settings: object): Engine; readonly isHeadlessGLSupported: boolean };
}

/** A gpu.js instance for a mode, once it has added up a few numbers there. Rejects with the reason where it cannot. */
export async function open(mode: GpuMode, load?: () => Promise<unknown>): Promise<Engine> {
  const { GPU } = await loadGpuJs(load);
  if (mode === "webgpu") return openWebGpu(GPU);
  if (mode === "webgl2") return openWebGl2(GPU);
  if (mode === "headlessgl") return openHeadlessGl(GPU);
  return new GPU({ mode });
}

/** gpu.js is an optional peer dependency, loaded when a device is first asked for. */
async function loadGpuJs(load?: () => Promise<unknown>): Promise<GpuJs> {
  try {
    if (load !== undefined) return (await load()) as GpuJs;
    return (await import("gpu.js")) as unknown as GpuJs; // in the try itself, so that bundlers go without it
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`gpu.js could not be loaded, install it: npm i gpu.js (${why})`, { cause });
  }
}

/** Runs a kernel, since a mode may be there without an adapter, or without float32 results. Returns the kernel. */
async function tried(engine: Engine): Promise<GpuJsKernel> {
  const settings = { output: [2], precision: "single", tactic: "precision", asyncMode: true };
  const kernel = engine.createKernel("function kernel(x) { return x[this.thread.x] + 0.5; }", settings);
  const values = await kernel(Float32Array.of(1, -70_000));
  if (values instanceof Float32Array && values[0] === 1.5 && values[1] === -69_999.5) return kernel;
  throw new Error(`a first kernel gave ${String(values)} instead of 1.5,-69999.5`);
}

async function openWebGpu(GPU: GpuJs["GPU"]): Promise<Engine> {
  await provideWebGpu();
  const engine = new GPU({ mode: "webgpu" });
  const { kernel } = await tried(engine);
  const { device } = (kernel as { context?: { device: GPUDevice } }).context ?? {};
  if (device === undefined) throw new Error("gpu.js shows no WebGPU device after a first kernel");
  const compile = device.createShaderModule.bind(device);
  device.createShaderModule = (description) => {
    device.pushErrorScope("validation"); // text that does not compile is for gpu.js to report, and no fault of the card
    const module = compile(description);
    device.popErrorScope();
    return module;
  };
  let fault: string | undefined;
  device.lost.then(({ message }) => {
    fault ??= `the graphics card was lost (${message || "no reason given"})`;
  });
  // What WebGPU refuses is not refused at the call: the result would be zeros.
  device.addEventListener("uncapturederror", (event) => {
    fault ??= `WebGPU refused work (${(event as GPUUncapturedErrorEvent).error.message})`;
  });
  engine.fault = () => fault;
  return engine;
}

/** In Node WebGPU comes from a package that gpu.js brings along, whose binary does not load everywhere. */
async function provideWebGpu(): Promise<void> {
  if (globalThis.navigator?.gpu !== undefined) return;
  if (!inNode()) throw new Error("this browser has no WebGPU, or keeps it for pages from https or localhost");
  try {
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    if (globalThis.navigator === undefined) Object.assign(globalThis, { navigator: {} });
    Object.defineProperty(globalThis.navigator, "gpu", { value: create([]), configurable: true });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const what = code === "ERR_MODULE_NOT_FOUND" ? "is not installed: npm i webgpu" : "does not load on this system";
    throw new Error(`in Node WebGPU is the package "webgpu", which ${what} (${message})`, { cause });
  }
}

function inNode(): boolean {
  return (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node !== undefined;
}

/** In a context of our own: gpu.js would resize its canvas, which nobody sees, at every new size of a result. */
async function openWebGl2(GPU: GpuJs["GPU"]): Promise<Engine> {
  const canvas = emptyCanvas();
  const context = canvas?.getContext("webgl2", { alpha: false, depth: false, antialias: false }) as
    | WebGL2RenderingContext
    | null
    | undefined;
  if (!context) {
    throw new Error(canvas ? "no WebGL2 context is to be had here" : "it needs a browser: there is no canvas here");
  }
  const engine = new GPU({ mode: "webgl2", context, canvas: { width: 1, height: 1 } });
  await tried(engine);
  engine.fault = faultOf(context);
  return engine;
}

/** What WebGL refuses, such as a texture for which there is no memory, is not refused at the call either. */
function faultOf(context: WebGLRenderingContext): () => string | undefined {
  let fault: string | undefined;
  return () => {
    const error = fault === undefined ? context.getError() : 0;
    if (context.isContextLost()) fault ??= "the WebGL context was lost";
    else if (error !== 0) fault ??= `WebGL refused work (error 0x${error.toString(16)})`;
    return fault;
  };
}

async function openHeadlessGl(GPU: GpuJs["GPU"]): Promise<Engine> {
  if (!inNode()) throw new Error("it is for Node");
  if (!GPU.isHeadlessGLSupported) {
    throw new Error('the package "gl" (headless-gl) is not installed, did not build, or found no display: npm i gl');
  }
  const engine: Engine & { context?: WebGLRenderingContext } = new GPU({ mode: "headlessgl" });
  await tried(engine);
  if (engine.context === undefined) throw new Error("gpu.js shows no WebGL context after a first kernel");
  engine.fault = faultOf(engine.context);
  return engine;
}

function emptyCanvas(): OffscreenCanvas | HTMLCanvasElement | undefined {
  if (typeof OffscreenCanvas === "function") return new OffscreenCanvas(1, 1);
  return typeof document === "object" ? document.createElement("canvas") : undefined;
}
