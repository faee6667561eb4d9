import { once } from "node:events";
import { mergeHelp, metricsHelp } from "../help.ts";
import { exitCodes, type Io, Stopped } from "../io.ts";
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
  return stoppable(runMetrics(flags, io), io);
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

/** Rejects with `Stopped` as soon as the person asks, also while a file is read. */
async function stoppable(work: Promise<number>, { signal }: Io): Promise<number> {
  const over = new AbortController();
  const asked = once(signal, "abort", { signal: over.signal }).then(() => {
    throw new Stopped(stopped);
  });
  return Promise.race([work, asked]).finally(() => over.abort());
}

function asksForHelp(argv: readonly string[]): boolean {
  return argv.includes("--help") || argv.includes("-h");
}
