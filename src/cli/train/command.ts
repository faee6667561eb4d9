import { trainHelp } from "../help.ts";
import { exitCodes, type Io } from "../io.ts";
import { readTrainFlags } from "./flags.ts";

/** `align-uniform train ...`: resolves to the exit code. The engine loads once it is clear that it is needed. */
export async function train(argv: readonly string[], io: Io): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    io.stdout.write(trainHelp);
    return exitCodes.ok;
  }
  const flags = readTrainFlags(argv);
  const { runMnist } = await import("./run.ts");
  return runMnist(flags, io);
}
