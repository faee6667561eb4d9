import { exitCodes, type Io } from "../io.ts";
import { stoppable } from "../stoppable.ts";
import { readProbeFlags } from "./flags.ts";
import { probeHelp } from "./help.ts";
import { stopped } from "./stopped.ts";

/** `align-uniform probe ...`: resolves to the exit code. The engine loads once it is clear that it is needed. */
export async function probe(argv: readonly string[], io: Io): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    io.stdout.write(probeHelp);
    return exitCodes.ok;
  }
  const flags = readProbeFlags(argv);
  const { runProbe } = await import("./run.ts");
  return stoppable(runProbe(flags, io), io, stopped);
}
