#!/usr/bin/env node
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { mainHelp } from "./help.ts";
import { exitCodes, type Io, UsageError } from "./io.ts";

/** Runs the command line `argv` (without node and script). Resolves to the exit code. Commands load when they are called. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const [command, ...rest] = argv;
    if (command === "train") {
      const { train } = await import("./train/command.ts");
      return await train(rest, io);
    }
    if (command === "-h" || command === "--help") {
      io.stdout.write(mainHelp);
      return exitCodes.ok;
    }
    if (command === "--version") {
      const { version } = await import("../node/version.ts");
      io.stdout.write(`${version}\n`);
      return exitCodes.ok;
    }
    throw new UsageError(command === undefined ? "no command was given" : `there is no command "${command}"`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof UsageError) {
      io.stderr.write(`align-uniform: ${message}\nTry: align-uniform ${argv[0] === "train" ? "train " : ""}--help\n`);
      return exitCodes.usage;
    }
    io.stderr.write(`align-uniform: ${message}\n`);
    if (io.env.ALIGN_UNIFORM_DEBUG && error instanceof Error) io.stderr.write(`${error.stack}\n`);
    return exitCodes.failure;
  }
}

/** Whether this file was started, also through the link that npm makes, rather than imported. */
function started(): boolean {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
}

if (started()) {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort()); // once: a second Ctrl-C ends the process at once
  const { stdout, stderr, env } = process;
  process.exitCode = await main(process.argv.slice(2), { stdout, stderr, env, signal: stop.signal });
}
