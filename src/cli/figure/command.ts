import { exitCodes, type Io } from "../io.ts";
import { figureNames } from "./config.ts";
import { readFigureFlags } from "./flags.ts";
import { figureHelp, helpOf } from "./help.ts";

/** `align-uniform figure ...`: resolves to the exit code. The engine loads once it is clear that it is needed. */
export async function figure(argv: readonly string[], io: Io): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    const name = figureNames.find((name) => argv.includes(name));
    io.stdout.write(name === undefined ? figureHelp : helpOf(name));
    return exitCodes.ok;
  }
  const flags = readFigureFlags(argv);
  const { runFigure } = await import("./run.ts");
  return runFigure(flags, io);
}
