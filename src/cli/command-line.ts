import type { Command } from "./command.ts";
import { mainHelp } from "./help.ts";
import { exitCodes, type Io, Stopped, UsageError } from "./io.ts";
import { meant } from "./meant.ts";
import { printable } from "./printable.ts";

/** By name; their code is loaded when they are called. */
const commands = {
  metrics: async () => (await import("./metrics/command.ts")).metrics,
  merge: async () => (await import("./metrics/command.ts")).merge,
  train: async () => (await import("./train/command.ts")).train,
  embed: async () => (await import("./embed/command.ts")).embed,
  probe: async () => (await import("./probe/command.ts")).probe,
  export: async () => (await import("./export/command.ts")).exportCommand,
  figure: async () => (await import("./figure/command.ts")).figure,
} satisfies Record<string, () => Promise<Command>>;

function isCommand(name: string | undefined): name is keyof typeof commands {
  return name !== undefined && Object.hasOwn(commands, name);
}

/** Runs the command line `argv` (without node and script). Resolves to the exit code. Commands load when they are called. */
export async function commandLine(argv: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = argv;
  const words = ["align-uniform"]; // before the --help that tells more
  try {
    if (isCommand(first)) {
      const command: Command = await commands[first]();
      const topic = command.topicOf?.(rest);
      words.push(first, ...(topic === undefined ? [] : [topic]));
      if (!rest.includes("--help") && !rest.includes("-h")) return await command.run(rest, io);
      io.stdout.write(command.help(topic));
      return exitCodes.ok;
    }
    if (first === "-h" || first === "--help") {
      io.stdout.write(mainHelp);
      return exitCodes.ok;
    }
    if (first === "--version") {
      if (rest.length > 0) throw new UsageError(`--version stands alone, got "${rest.join(" ")}" after it`);
      const { version } = await import("../version.ts");
      io.stdout.write(`${version}\n`);
      return exitCodes.ok;
    }
    throw new UsageError(
      first === undefined
        ? "no command was given"
        : `there is no command "${first}"${meant(first, ["--help", "--version", ...Object.keys(commands)])}`,
    );
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).split("\n");
    const message = lines.map(printable).join("\n");
    if (error instanceof Stopped) {
      io.stderr.write(`${message}\n`);
      return exitCodes.interrupted;
    }
    if (error instanceof UsageError) {
      io.stderr.write(`align-uniform: ${message}\nTry: ${words.join(" ")} --help\n`);
      return exitCodes.usage;
    }
    io.stderr.write(`align-uniform: ${message}\n`);
    if (io.env.ALIGN_UNIFORM_DEBUG && error instanceof Error) io.stderr.write(`${error.stack}\n`);
    return exitCodes.failure;
  }
}
