import { type Command, command } from "../command.ts";
import { readEmbedFlags } from "./flags.ts";
import { embedHelp } from "./help.ts";
import { stopped } from "./stopped.ts";

/** `align-uniform embed ...` */
export const embed: Command = command({
  help: embedHelp,
  read: readEmbedFlags,
  load: async () => (await import("./run.ts")).runEmbed,
  stopped,
});
