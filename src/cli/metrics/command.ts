import { mergeHelp, metricsHelp } from "../help.ts";
import { exitCodes, type Io } from "../io.ts";
import { stoppable } from "../stoppable.ts";
import { readMergeFlags, readMetricsFlags } from "./flags.ts";
import { stopped } from "./stopped.ts";

/** `align-uniform metrics ...`: resolves to the exit code. The engine loads once it is clear that it is needed. */
export async function metrics(argv: readonly string[], io: Io): Promise<number> {
  if (asksForHelp(argv)) {
    io.stdout.write(metricsHelp);
    return exitCodes.ok;
  }
  const flags = readMetricsFlags(argv);
  const { runMetrics } = await import("./run.ts");
  return stoppable(runMetrics(flags, io), io, stopped);
}

/** `align-uniform merge ...` */
export async function merge(argv: readonly string[], io: Io): Promise<number> {
  if (asksForHelp(argv)) {
    io.stdout.write(mergeHelp);
    return exitCodes.ok;
  }
  const flags = readMergeFlags(argv);
  const { runMerge } = await import("./run.ts");
  return runMerge(flags, io);
}

function asksForHelp(argv: readonly string[]): boolean {
  return argv.includes("--help") || argv.includes("-h");
}
