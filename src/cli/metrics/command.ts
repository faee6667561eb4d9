import type { Command } from "../command.ts";
import { mergeHelp, metricsHelp } from "../help.ts";
import { stoppable } from "../stoppable.ts";
import { readMergeFlags, readMetricsFlags } from "./flags.ts";
import { stopped } from "./stopped.ts";

/** `align-uniform metrics ...` */
export const metrics: Command = {
  help: () => metricsHelp,
  async run(argv, io) {
    const flags = readMetricsFlags(argv);
    const { runMetrics } = await import("./run.ts");
    return stoppable(runMetrics(flags, io), io, stopped);
  },
};

/** `align-uniform merge ...` */
export const merge: Command = {
  help: () => mergeHelp,
  async run(argv, io) {
    const flags = readMergeFlags(argv);
    const { runMerge } = await import("./run.ts");
    return runMerge(flags, io);
  },
};
