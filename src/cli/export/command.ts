import type { Command } from "../command.ts";
import { stoppable } from "../stoppable.ts";
import { readExportFlags } from "./flags.ts";
import { exportHelp } from "./help.ts";
import { stopped } from "./stopped.ts";

/** `align-uniform export ...` */
export const exportCommand: Command = {
  help: () => exportHelp,
  async run(argv, io) {
    const flags = readExportFlags(argv);
    const { runExport } = await import("./run.ts");
    return stoppable(runExport(flags, io), io, stopped);
  },
};
