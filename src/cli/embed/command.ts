import { exitCodes, type Io } from "../io.ts";
import { stoppable } from "../stoppable.ts";
import { readEmbedFlags } from "./flags.ts";
import { embedHelp } from "./help.ts";
import { stopped } from "./stopped.ts";

/** `align-uniform embed ...`: resolves to the exit code. The engine loads once it is clear that it is needed. */
export async function embed(argv: readonly string[], io: Io): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    io.stdout.write(embedHelp);
    return exitCodes.ok;
  }
  const flags = readEmbedFlags(argv);
  const { runEmbed } = await import("./run.ts");
  return stoppable(runEmbed(flags, io), io, stopped);
}
