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
  // V8 tells other threads of growth by an interrupt, and fills and copies memory by the size that the thread knows.
  // Once in some thousand growths a kernel came before its interrupt and trapped (Node 20). To grow by nothing is to
  // learn the size.
  const grown = (): void => void memory.grow(0);
  new Board(board).serve(Object.values(exports) as Kernel[], thread, grown);
}

const node = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (node?.workerData) serve(node.workerData as Start);
else globalThis.addEventListener("message", ({ data }) => serve(data as Start), { once: true });
