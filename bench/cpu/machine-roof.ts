import { availableParallelism } from "node:os";
import type { Loop } from "../job.ts";
import { type Cell, measured, type Rules } from "../measure.ts";
import { amounts } from "../roof.ts";
import { type Built, roof } from "./columns.ts";
import { type Program, Together } from "./lane.ts";

/** Operations or bytes a second of some threads that run a loop of the roof. */
export function rateOf(loop: Loop, threads: number, cell: Cell): Cell {
  return typeof cell === "number" ? (1000 * threads * amounts[loop]) / cell : cell;
}

/** What this machine's WebAssembly can do. */
export interface MachineRoof {
  /** In words: of what, on one thread, on all cores. */
  readonly rows: readonly (readonly [name: string, one: string, all: string])[];
  /** The program that multiplies fastest on all cores. */
  readonly best: Program;
}

export async function machineRoof(built: Built, rules: Rules): Promise<MachineRoof> {
  process.stderr.write("the roof: ");
  const [plain, relaxed] = [roof(built, "plain"), roof(built, "relaxed")];
  const loops = [
    { name: "multiply, add", program: plain, loop: "multiply", unit: "GFLOP/s" },
    { name: "both in one (relaxed SIMD)", program: relaxed, loop: "multiply", unit: "GFLOP/s" },
    { name: "copy: read + write", program: plain, loop: "copy", unit: "GB/s" },
    { name: "read", program: plain, loop: "read", unit: "GB/s" },
  ] as const;
  const cores = availableParallelism();
  const rows: (readonly [string, string, string])[] = [];
  const rates: Cell[] = [];
  for (const { name, program, loop, unit } of loops) {
    const job = { kind: "roof", loop } as const;
    const teams = [new Together(1, program, job), new Together(cores, program, job)];
    try {
      const [one, all] = await measured(teams, rules);
      const shown = (rate: Cell): string => (typeof rate === "number" ? `${(rate / 1e9).toFixed(1)} ${unit}` : rate);
      rates.push(rateOf(loop, cores, all));
      rows.push([name, shown(rateOf(loop, 1, one)), shown(rateOf(loop, cores, all))]);
    } finally {
      for (const team of teams) team.giveUp();
    }
  }
  process.stderr.write(`${rows.map(([name, , all]) => `${name} ${all}`).join(", ")}\n`);
  const [slow, fused] = rates;
  const best = typeof fused === "number" && typeof slow === "number" && fused > slow ? relaxed : plain;
  return { rows, best };
}
