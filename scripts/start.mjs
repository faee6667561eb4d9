// `npm start`: builds dist/, then becomes `align-uniform train mnist` with the flags it was given. The job runs in this very
// process, because npm hands SIGTERM on to the process that it started and to no other.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const flags = process.argv.slice(2);
if (!flags.includes("--quiet")) process.stderr.write("building dist/\n");
const { status } = spawnSync(process.execPath, [join(import.meta.dirname, "build.mjs")], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
process.argv.splice(
  1,
  Number.POSITIVE_INFINITY,
  join(import.meta.dirname, "../dist/cli/main.js"),
  "train",
  "mnist",
  ...flags,
);
await import("../dist/cli/main.js");
