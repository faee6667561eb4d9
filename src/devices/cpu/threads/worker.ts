import { Board, type Kernel } from "./board.ts";

/** What a worker is started with. */
export interface Start {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly board: SharedArrayBuffer;
  /** Its number, from 1: the thread that launches is 0. */
  readonly thread: number;
}

// This file is bundled into text when the kernels are compiled (scripts/kernels.mjs), and a worker is started from that:
// no bundler, server or policy of paths stands between the library and its workers.

function serve({ module, memory, board, thread }: Start): void {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  new Board(board).serve(Object.values(exports) as Kernel[], thread);
}

const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (node?.workerData) serve(node.workerData as Start);
else globalThis.addEventListener("message", ({ data }) => serve(data as Start), { once: true });
