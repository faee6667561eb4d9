import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const python = "/usr/bin/python3"; // Debian's, which is where python3-torch puts PyTorch

/** Whether PyTorch is there; specs that need it are skipped where it is not. */
export const pytorch: boolean = spawnSync(python, ["-c", "import torch"]).status === 0;

/** Longest that a script may take: more than any does, and less than a runner that waits for ever. */
const timeout = 300_000;

/** Runs a script, named from this folder, or with `-c` a program, to its end; throws what it says if it fails. */
export function runPython(script: string, ...args: readonly string[]): void {
  const file = script === "-c" ? script : fileURLToPath(new URL(script, import.meta.url));
  const { status, stderr, error } = spawnSync(python, [file, ...args], { encoding: "utf8", timeout });
  if (status !== 0) throw new Error(`${script} ${args.join(" ")}: ${error?.message ?? ""}${stderr}`);
}
