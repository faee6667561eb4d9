import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import type { Program } from "./lane.ts";

/** Who is timed. */
export interface Column {
  readonly name: string;
  /** Version, and what one must know. */
  readonly what: string;
  readonly program: Program;
}

/** Programs and modules that were built for this run, by their paths. */
export interface Built {
  /** lanes/ours.ts. */
  readonly ours: string;
  /** lanes/gpujs.mjs. */
  readonly gpujs: string;
  /** lanes/roof.ts, and assembly/roof.ts as it compiles it. */
  readonly roof: { readonly lane: string; readonly plain: string; readonly relaxed: string };
  /** Of bench/peers, where they are installed. */
  readonly peers: { readonly tfjs: string; readonly jax: string; readonly wasm: string } | undefined;
  /** What Node must be started with so that it knows relaxed SIMD. */
  readonly relaxedFlags: readonly string[];
  /** The repository's root, and where the library was built to, if that was asked for. */
  readonly root: string;
  readonly dist: string;
  /** Of this package and of those that are timed beside it. */
  readonly versions: Readonly<Record<"ours" | "gpu.js" | "tfjs" | "jax", string>>;
}

/** Debian's, which sees its package `python3-torch`, unless another is named. */
const python = (): string => process.env.PYTHON ?? "/usr/bin/python3";

/** Our own program on so many threads, or on as many as the library takes by itself. */
export function ours({ ours, dist }: Built, threads: number | undefined, flags: readonly string[] = []): Program {
  const counted = threads === undefined ? [] : ["--threads", String(threads)];
  return { command: process.execPath, args: [...flags, ours, "--dist", dist, ...counted] };
}

/** A loop of assembly/roof.ts, with relaxed SIMD or without. */
export function roof({ roof, relaxedFlags }: Built, variant: "plain" | "relaxed"): Program {
  return { command: process.execPath, args: [...relaxedFlags, roof.lane, roof[variant]] };
}

/** A script of PyTorch's. */
export function pythonOf({ root }: Built, script: string, ...args: readonly string[]): Program {
  return { command: python(), args: [`${root}/bench/${script}`, String(availableParallelism()), ...args] };
}

/** Whom this machine has, ours first, and how the others would be had. */
export function columnsHere(built: Built, threads: number | undefined): { columns: Column[]; absent: string[] } {
  const { peers, versions, relaxedFlags } = built;
  const node = (path: string, ...args: string[]): Program => ({ command: process.execPath, args: [path, ...args] });
  const columns: Column[] = [
    { name: "cpu", what: `${versions.ours}, Node ${process.version}`, program: ours(built, threads) },
  ];
  const absent: string[] = [];
  if (relaxedFlags.length > 0) {
    const what = `the same with \`${relaxedFlags.join(" ")}\``;
    columns.push({ name: "cpu, relaxed SIMD", what, program: ours(built, threads, relaxedFlags) });
  }
  const torch = torchVersion();
  if (torch === undefined) absent.push("PyTorch (`apt-get install python3-torch`, or PYTHON=/path/to/python3)");
  else {
    columns.push({ name: "PyTorch", what: torch, program: pythonOf(built, "lanes/pytorch.py") });
  }
  if (peers === undefined) absent.push("tfjs-wasm and jax-js (`npm --prefix bench/peers ci`)");
  else {
    columns.push(
      { name: "tfjs-wasm", what: `TensorFlow.js ${versions.tfjs}, one thread`, program: node(peers.tfjs, peers.wasm) },
      { name: "jax-js", what: `${versions.jax}, WebAssembly`, program: node(peers.jax) },
    );
  }
  const gpuJs = `gpu.js ${versions["gpu.js"]}`;
  columns.push(
    { name: "gpu:webasm", what: `our gpu device on ${gpuJs}`, program: node(built.ours, "--device", "gpu:webasm") },
    { name: "gpu.js webasm", what: `${gpuJs} by itself`, program: node(built.gpujs) },
  );
  return { columns, absent };
}

function torchVersion(): string | undefined {
  const { status, stdout } = spawnSync(python(), ["-c", "import torch; print(torch.__version__)"], {
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : undefined;
}
