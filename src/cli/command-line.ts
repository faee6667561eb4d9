import { mainHelp } from "./help.ts";
import { exitCodes, type Io, Stopped, UsageError } from "./io.ts";
import { printable } from "./printable.ts";

type Command = (argv: readonly string[], io: Io) => Promise<number>;

/** By name; their code is loaded when they are called. */
const commands = {
  metrics: async (argv, io) => (await import("./metrics/command.ts")).metrics(argv, io),
  merge: async (argv, io) => (await import("./metrics/command.ts")).merge(argv, io),
  train: async (argv, io) => (await import("./train/command.ts")).train(argv, io),
  embed: async (argv, io) => (await import("./embed/command.ts")).embed(argv, io),
  probe: async (argv, io) => (await import("./probe/command.ts")).probe(argv, io),
  export: async (argv, io) => (await import("./export/command.ts")).exportCommand(argv, io),
  figure: async (argv, io) => (await import("./figure/command.ts")).figure(argv, io),
} satisfies Record<string, Command>;

function isCommand(name: string | undefined): name is keyof typeof commands {
  return name !== undefined && Object.hasOwn(commands, name);
}

/** Runs the command line `argv` (without node and script). Resolves to the exit code. Commands load when they are called. */
export async function commandLine(argv: readonly string[], io: Io): Promise<number> {
  try {
    const [command, ...rest] = argv;
    if (isCommand(command)) return await commands[command](rest, io);
    if (command === "-h" || command === "--help") {
      io.stdout.write(mainHelp);
      return exitCodes.ok;
    }
    if (command === "--version") {
      if (rest.length > 0) throw new UsageError(`--version stands alone, got "${rest.join(" ")}" after it`);
      const { version } = await import("../version.ts");
      io.stdout.write(`${version}\n`);
      return exitCodes.ok;
    }
    throw new UsageError(command === undefined ? "no command was given" : `there is no command "${command}"`);
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).split("\n");
    const message = lines.map(printable).join("\n");
    if (error instanceof Stopped) {
      io.stderr.write(`${message}\n`);
      return exitCodes.interrupted;
    }
    if (error instanceof UsageError) {
      io.stderr.write(
        `align-uniform: ${message}\nTry: align-uniform ${isCommand(argv[0]) ? `${argv[0]} ` : ""}--help\n`,
      );
      return exitCodes.usage;
    }
    io.stderr.write(`align-uniform: ${message}\n`);
    if (io.env.ALIGN_UNIFORM_DEBUG && error instanceof Error) io.stderr.write(`${error.stack}\n`);
    return exitCodes.failure;
  }
}
