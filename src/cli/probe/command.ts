import { type Command, command } from "../command.ts";
import { readProbeFlags } from "./flags.ts";
import { probeHelp } from "./help.ts";
import { stopped } from "./stopped.ts";

/** `align-uniform probe ...` */
export const probe: Command = command({
  help: probeHelp,
  read: readProbeFlags,
  load: async () => (await import("./run.ts")).runProbe,
  stopped,
});
