import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { grid } from "../table.ts";
import { type Built, pythonOf } from "./columns.ts";
import type { Program } from "./lane.ts";

/** What mnist_epoch.py prints. */
interface TorchEpoch {
  readonly version: string;
  readonly steps: number;
  readonly seconds: number;
  readonly align: number;
  readonly uniform: number;
}

/** What of our command line's result is read. */
interface OurEpoch {
  readonly device: string;
  readonly trainingSeconds: number;
}

const stepsPerEpoch = 234; // 60,000 digits in batches of 256

/** One epoch of the MNIST job, in PyTorch and then by our command line, as Markdown; of PyTorch's the first `steps` only. */
export async function epoch(built: Built, steps: number | undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "align-uniform-epoch-"));
  try {
    process.stderr.write("PyTorch's epoch: ");
    const limited = steps === undefined ? [] : ["--steps", String(steps)];
    const theirs = (await json(pythonOf(built, "mnist_epoch.py", ...limited))) as TorchEpoch;
    process.stderr.write(`${theirs.seconds.toFixed(1)} s\nours: `);
    const main = join(built.dist, "cli/main.js");
    const args = [main, "train", "mnist", "--epochs", "1", "--json", "--quiet", "--out", join(folder, "run")];
    const ours = (await json({ command: process.execPath, args })) as OurEpoch;
    process.stderr.write(`${ours.trainingSeconds.toFixed(1)} s\n`);
    return told(theirs, ours);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function told(theirs: TorchEpoch, ours: OurEpoch): string {
  const [they, we] = [theirs.seconds / theirs.steps, ours.trainingSeconds / stepsPerEpoch];
  const row = (name: string, steps: number, seconds: number): string[] => [
    name,
    String(steps),
    seconds.toFixed(1),
    ((1000 * seconds) / steps).toFixed(0),
  ];
  return [
    `${new Date().toISOString().slice(0, 10)}, load average ${loadavg()[0].toFixed(1)} after. Training alone, views included, without measuring. ` +
      `Ours take ${Number((we / they).toPrecision(2))} times as long a step; PyTorch's losses, averaged over its steps: alignment ${theirs.align.toFixed(3)}, uniformity ${theirs.uniform.toFixed(3)}.`,
    grid(
      ["", "steps", "seconds", "ms a step"],
      [
        row(`PyTorch ${theirs.version}`, theirs.steps, theirs.seconds),
        row(`align-uniform train mnist, ${ours.device}`, stepsPerEpoch, ours.trainingSeconds),
      ],
    ),
  ].join("\n\n");
}

/** What a program prints, as JSON. Rejects with what it says where it fails. */
async function json({ command, args }: Program): Promise<unknown> {
  const { stdout } = await promisify(execFile)(command, [...args]);
  return JSON.parse(stdout);
}
