import { exitCodes, type Io, UsageError } from "../io.ts";
import { trainHelp } from "./help.ts";
import { tasks } from "./tasks.ts";

/** `align-uniform train ...`: resolves to the exit code. The engine loads once it is clear that it is needed. */
export async function train(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  const found = tasks.find(({ recipe }) => recipe.name === name);
  if (argv.includes("--help") || argv.includes("-h")) {
    io.stdout.write(found?.help() ?? trainHelp(tasks.map(({ recipe }) => recipe)));
    return exitCodes.ok;
  }
  if (found === undefined) {
    const names = tasks.map(({ recipe }) => recipe.name).join(", ");
    throw new UsageError(`train: say first what to train on: ${names}${name === undefined ? "" : `; got "${name}"`}`);
  }
  return found.start(rest, io);
}
