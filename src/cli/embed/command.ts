import type { Command } from "../command.ts";
import { stoppable } from "../stoppable.ts";
import { readEmbedFlags } from "./flags.ts";
import { embedHelp } from "./help.ts";
import { stopped } from "./stopped.ts";

/** `align-uniform embed ...` */
export const embed: Command = {
  help: () => embedHelp,
  async run(argv, io) {
    const flags = readEmbedFlags(argv);
    const { runEmbed } = await import("./run.ts");
    return stoppable(runEmbed(flags, io), io, stopped);
  },
};
