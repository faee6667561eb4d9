import { readFileSync } from "node:fs";
import type { JobOf, Once } from "../job.ts";
import { bytesMoved, depth, multiplyTimes } from "../roof.ts";
import { serve } from "./serve.ts";

/** What assembly/roof.ts exports; addresses and sizes in bytes. */
interface Exports {
  multiply(c: number, a: number, b: number, depth: number, times: number): void;
  copy(y: number, x: number, bytes: number): void;
  read(y: number, x: number, bytes: number): void;
}

/** The compiled loops are in the file that the process is given. */
const module = new WebAssembly.Module(readFileSync(process.argv[2]));

function roof({ loop }: JobOf<"roof">): Once {
  const bytes = loop === "multiply" ? 65_536 : bytesMoved;
  const memory = new WebAssembly.Memory({ initial: 1 + (2 * bytes) / 65_536 });
  new Float32Array(memory.buffer).fill(1e-3); // no denormal numbers, and every page is there
  const run = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  const [x, y] = [65_536, 65_536 + bytes];
  if (loop === "multiply") return () => run.multiply(y, x, x + 16 * depth, depth, multiplyTimes);
  return () => run[loop](y, x, bytes);
}

await serve({ roof });
