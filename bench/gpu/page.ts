import { cpu } from "align-uniform";
import { gpu } from "align-uniform/gpu";
import { type Once, ready } from "../job.ts";
import { waysOn, whole } from "../ways.ts";
import { gpuWorks } from "../works.ts";

/** What draws, by its own name, and whether it is a program instead of a card. */
export interface Adapter {
  readonly name: string;
  readonly software: boolean;
}

/** The devices that are timed, in the order of the table's columns. */
export type DeviceName = "cpu" | "gpu:webgpu" | "gpu:webgl2";

/** Names that software renderers give themselves: Chromium's own, Mesa's, Windows'. */
const software = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i;

export function listed(): { name: string; small: boolean }[] {
  return gpuWorks.map(({ name, small }) => ({ name, small }));
}

/** What is behind WebGPU and WebGL2 in this browser; null where there is nothing. */
export async function adapters(): Promise<Readonly<Record<"gpu:webgpu" | "gpu:webgl2", Adapter | null>>> {
  const info = (await navigator.gpu?.requestAdapter())?.info;
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  const renderer = gl?.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL ?? gl?.RENDERER;
  return {
    "gpu:webgpu": info ? adapter([info.vendor, info.architecture, info.device, info.description]) : null,
    "gpu:webgl2": gl && renderer !== undefined ? adapter([gl.getParameter(renderer)]) : null,
  };
}

function adapter(names: readonly string[]): Adapter {
  const name = names.filter((part) => part !== "").join(", ");
  return { name, software: software.test(name) };
}

let once: Once | undefined;

/** Makes ready one of the works on a device. Rejects where the device cannot be had. */
export async function prepare(work: string, device: DeviceName): Promise<void> {
  const found = gpuWorks.find(({ name }) => name === work);
  if (!found) throw new Error(`there is no work "${work}"`);
  once = await ready(waysOn(await deviceOf(device), whole), found.job);
}

async function deviceOf(name: DeviceName) {
  if (name === "cpu") return cpu;
  return gpu({ mode: name === "gpu:webgpu" ? "webgpu" : "webgl2" });
}

/** Does the work that was made ready, once, and says in how many milliseconds. */
export async function time(): Promise<number> {
  if (!once) throw new Error("nothing was made ready");
  const start = performance.now();
  await once();
  return performance.now() - start;
}
