// `npm start`: builds dist/, then becomes `align-uniform train mnist` with the flags it was given.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const parent = process.ppid;
const flags = process.argv.slice(2);
if (!flags.includes("--quiet")) process.stderr.write("building dist/\n");
const { status } = spawnSync(process.execPath, [join(import.meta.dirname, "build.mjs")], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
if (process.ppid !== parent) process.exit(130);

// npm hands SIGTERM to the shell between it and this process, and shells end without handing it on. So the job, once it
// listens, is asked to stop when its parent has gone; after a Ctrl-C it no longer listens, and goes on to its orderly end.
setInterval(() => {
  if (process.ppid !== parent && process.listenerCount("SIGTERM") > 0) process.kill(process.pid, "SIGTERM");
}, 200).unref();

process.argv.splice(
  1,
  Number.POSITIVE_INFINITY,
  join(import.meta.dirname, "../dist/cli/main.js"),
  "train",
  "mnist",
  ...flags,
);
await import("../dist/cli/main.js");
