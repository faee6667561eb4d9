import { type Command, command } from "../command.ts";
import { readExportFlags } from "./flags.ts";
import { exportHelp } from "./help.ts";
import { stopped } from "./stopped.ts";

/** `align-uniform export ...` */
export const exportCommand: Command = command({
  help: exportHelp,
  read: readExportFlags,
  load: async () => (await import("./run.ts")).runExport,
  stopped,
});
