import type { Command } from "../command.ts";
import { stoppable } from "../stoppable.ts";
import { readProbeFlags } from "./flags.ts";
import { probeHelp } from "./help.ts";
import { stopped } from "./stopped.ts";

/** `align-uniform probe ...` */
export const probe: Command = {
  help: () => probeHelp,
  async run(argv, io) {
    const flags = readProbeFlags(argv);
    const { runProbe } = await import("./run.ts");
    return stoppable(runProbe(flags, io), io, stopped);
  },
};
