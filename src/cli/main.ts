#!/usr/bin/env node
import { commandLine } from "./command-line.ts";

const { stdout, stderr, env } = process;
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort()); // once: a second Ctrl-C ends the process at once
for (const stream of [stdout, stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error; // that nobody reads on, as in `| head`, is no reason to lose a run
  });
}
process.exitCode = await commandLine(process.argv.slice(2), { stdout, stderr, env, signal: stop.signal });
