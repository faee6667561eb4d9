#!/usr/bin/env node
import { commandLine } from "./command-line.ts";

const { stdout, stderr, env } = process;
const stop = new AbortController();
const signals = ["SIGINT", "SIGTERM"] as const;
const stopOnce = (): void => {
  for (const signal of signals) process.off(signal, stopOnce); // a second one ends the process at once
  stop.abort();
};
for (const signal of signals) process.on(signal, stopOnce);
for (const stream of [stdout, stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error; // that nobody reads on, as in `| head`, is no reason to lose a run
  });
}
process.exitCode = await commandLine(process.argv.slice(2), { stdout, stderr, env, signal: stop.signal });
