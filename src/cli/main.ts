#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";
import { commandLine } from "./command-line.ts";
import { exitCodes } from "./io.ts";

// Before the first module is compiled: from Node 22 on engines have it as a matter of course.
if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");

const { stdin, stdout, stderr, env } = process;
const stop = new AbortController();
const signals = ["SIGINT", "SIGTERM"] as const;
const letGo = (): void => {
  for (const signal of signals) process.off(signal, asked);
};
const asked = (): void => {
  if (stop.signal.aborted) return; // npm hands on a Ctrl-C that the terminal has sent already
  stop.abort();
  setTimeout(letGo, 500).unref(); // from then on the next one ends the process at once
};
for (const signal of signals) process.on(signal, asked);
for (const stream of [stdout, stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return; // that nobody reads on, as in `| head`, is no reason to lose a run
    if (stream === stdout) stderr.write(`align-uniform: cannot write to standard output: ${error.message}\n`);
    process.exit(exitCodes.failure);
  });
}
const code = await commandLine(process.argv.slice(2), { stdin, stdout, stderr, env, signal: stop.signal });
process.exitCode = code;
if (code === exitCodes.interrupted) stderr.write("", () => process.exit()); // whatever is still being computed
