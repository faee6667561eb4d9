import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import { vi } from "vitest";
import { CpuDevice } from "../../src/devices/cpu/device.ts";
import type { Machine } from "../../src/devices/cpu/machine.ts";
import type { Device } from "../../src/devices/device.ts";
import { root } from "../house/source.ts";

const generated = "../../src/devices/cpu/kernels.generated.ts";

const channels = ["channel-moments", "channel-totals", "batch-norm"];
const convolution = ["conv", "conv-weight", "winograd", "winograd-weights", "winograd-gradient"];

const potentials = ["point-set", "potential", "potential-pairs", "potential-pull"];

const measuring = ["point-set", "potential-sums", "second-moments", "whole"];

/** Which files' functions the launchers of a kernel call: only they are compiled, as compiling all takes seconds. */
const called: Readonly<Record<string, readonly string[]>> = {
  "channel-moments": channels,
  "batch-norm-pool": ["batch-norm", "batch-norm-pool"],
  "channel-sums": channels,
  "channel-totals": channels,
  gemm: ["gemm", "vector"],
  vector: ["gemm", "vector"],
  tile: ["gemm", "vector"],
  pack: ["gemm", "vector"],
  lanes: ["gemm", "vector", "move"],
  conv: convolution,
  "conv-weight": convolution,
  block: convolution,
  band: convolution,
  sliding: convolution,
  winograd: convolution,
  "winograd-gradient": convolution,
  "winograd-products": convolution,
  "winograd-results": convolution,
  "winograd-tiles": convolution,
  "winograd-transforms": convolution,
  "winograd-weights": convolution,
  "cross-entropy": ["cross-entropy", "sum"],
  gru: ["gru", "gemm", "vector", "sum"],
  exponents: [...potentials, "potential-sums", "second-moments", "whole"],
  "point-set": potentials,
  potential: potentials,
  "potential-pairs": potentials,
  "potential-pull": potentials,
  tournament: potentials,
  seven: potentials,
  "potential-sums": measuring,
  "second-moments": measuring,
  whole: measuring,
  power: ["zip"],
  transcendental: ["map"],
};

/**
 * The cpu device with the kernels that use one file, in which a piece of text is replaced. On one thread, so that what a kernel
 * finds in memory is the same every time, and that is not clean, as it is not after the first launches: where a kernel should
 * have written zeros, zeros must not be found by chance.
 */
export async function deviceWith(file: string, from: string, to: string): Promise<Device> {
  await mock(file, from, to);
  const changed: typeof import("../../src/devices/cpu/device.ts") = await import("../../src/devices/cpu/device.ts");
  const device = new changed.CpuDevice({ threads: 1 });
  device.upload(new Float32Array(4_000_000).fill(12_345)).free();
  return device;
}

/** The machine of such a device. */
export async function machineWith(file: string, from: string, to: string): Promise<Machine> {
  await mock(file, from, to);
  const changed: typeof import("../../src/devices/cpu/machine.ts") = await import("../../src/devices/cpu/machine.ts");
  return new changed.Machine(new CpuDevice());
}

/** Lets the next import find the right kernels again. */
export function restore(): void {
  vi.doUnmock(generated);
  vi.resetModules();
}

async function mock(file: string, from: string, to: string): Promise<void> {
  const folder = join(root, "src/devices/cpu/assembly");
  const sources = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith(".ts"))
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
  const text = sources.get(`${file}.ts`) ?? "";
  if (!text.includes(from)) throw new Error(`${file}.ts has no "${from}"`);
  sources
    .set(`${file}.ts`, text.replace(from, to))
    .set("index.ts", (called[file] ?? [file]).map((name) => `export * from "./${name}";`).join(""));
  let module = new Uint8Array();
  const flags = ["index.ts", "--outFile", "kernels.wasm", "--runtime", "stub", "--importMemory", "--noExportMemory"];
  const { error, stderr } = await asc.main(
    [...flags, "--initialMemory", "1", "--maximumMemory", "65536", "-O1", "--noAssert", "--enable", "simd"],
    {
      readFile: (name) => sources.get(name) ?? null,
      writeFile(_, contents) {
        if (typeof contents !== "string") module = Uint8Array.from(contents);
      },
      listFiles: () => [...sources.keys()],
    },
  );
  if (error) throw new Error(`${stderr}`);
  vi.resetModules();
  const changed = Buffer.from(module).toString("base64");
  vi.doMock(generated, async (original) => ({ ...(await original<object>()), plain: changed, relaxed: "" }));
}
