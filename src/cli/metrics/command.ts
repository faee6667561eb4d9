import { type Command, command } from "../command.ts";
import { mergeHelp, metricsHelp } from "../help.ts";
import { readMergeFlags, readMetricsFlags } from "./flags.ts";
import { stopped } from "./stopped.ts";

/** `align-uniform metrics ...` */
export const metrics: Command = command({
  help: metricsHelp,
  read: readMetricsFlags,
  load: async () => (await import("./run.ts")).runMetrics,
  stopped,
});

/** `align-uniform merge ...` */
export const merge: Command = command({
  help: mergeHelp,
  read: readMergeFlags,
  load: async () => (await import("./run.ts")).runMerge,
});
