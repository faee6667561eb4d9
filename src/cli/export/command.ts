import { exitCodes, type Io } from "../io.ts";
import { stoppable } from "../stoppable.ts";
import { readExportFlags } from "./flags.ts";
import { exportHelp } from "./help.ts";
import { stopped } from "./stopped.ts";

/** `align-uniform export ...`: resolves to the exit code. The engine loads once it is clear that it is needed. */
export async function exportCommand(argv: readonly string[], io: Io): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    io.stdout.write(exportHelp);
    return exitCodes.ok;
  }
  const flags = readExportFlags(argv);
  const { runExport } = await import("./run.ts");
  return stoppable(runExport(flags, io), io, stopped);
}
