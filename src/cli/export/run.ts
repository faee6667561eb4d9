import { existsSync, realpathSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeNpz, writeSafetensors } from "../../formats/index.ts";
import { writeFileAtomic } from "../../node/index.ts";
import { named } from "../../node/named.ts";
import { version } from "../../version.ts";
import { exitCodes, type Io, Stopped, UsageError } from "../io.ts";
import { type CheckpointFile, encoderArrays, readCheckpoint, taskOf } from "../probe/checkpoint.ts";
import type { TrainConfig } from "../train/config.ts";
import { personAt } from "../train/person.ts";
import { type Remedies, savedIn } from "../train/saved.ts";
import type { Task } from "../train/task.ts";
import { asOnnx, type Kept, type Made } from "./as-onnx.ts";
import type { ExportFlags } from "./flags.ts";
import type { ExportFormat } from "./formats.ts";
import { type ExportResult, exportTable } from "./result.ts";
import { stopped } from "./stopped.ts";
import { toldPreparation } from "./told-preparation.ts";

/** What a person can do who wants to export a checkpoint that is not as it should be. */
const remedies: Remedies = {
  foreign: "name one that align-uniform train wrote",
  version: "export it with its own version",
  damaged: "so it cannot be exported: train anew",
};

/** Exports the encoder of a checkpoint, whatever its task. Resolves to the exit code. */
export async function runExport(flags: ExportFlags, io: Io): Promise<number> {
  const file = await readCheckpoint(flags.checkpoint);
  return taskOf(file, remedies).with((task) => exportTask(task, file, flags, io));
}

/** The same, where the task is known. */
export async function exportTask<Config extends TrainConfig>(
  { recipe, encoderPrefix = "", preparation: prepared }: Task<Config>,
  file: CheckpointFile,
  { to, out = join(dirname(file.path), `encoder.${to}`), layerIndex, json, quiet }: ExportFlags,
  io: Io,
): Promise<number> {
  if (existsSync(out) && realpathSync(out) === realpathSync(file.path)) {
    throw new UsageError(`export: --out ${out} is the checkpoint itself: name another file`);
  }
  const { config, step } = savedIn(file.path, file.metadata, recipe, remedies);
  const preparation = prepared?.(config);
  const arrays = encoderArrays(file, encoderPrefix);
  if (arrays.size === 0) {
    throw new Error(`${file.path} is damaged, ${remedies.damaged}: no tensor in it is called model.${encoderPrefix}*`);
  }
  const texts = {
    ...{ task: recipe.name, step: String(step) },
    ...(preparation && { preparation: JSON.stringify(preparation), pictures: toldPreparation(preparation).join("; ") }),
  };
  const made = await written(to, { path: file.path, arrays, config, preparation, layerIndex }, texts);
  if (io.signal.aborted) throw new Stopped(stopped);
  await named(out, "write", async () => {
    await mkdir(dirname(out), { recursive: true });
    await writeFileAtomic(out, made.bytes);
  });
  const result: ExportResult = {
    schemaVersion: 1,
    task: recipe.name,
    version,
    checkpoint: file.path,
    step,
    format: to,
    file: out,
    bytes: made.bytes.length,
    arrays: Object.fromEntries([...made.arrays].map(([name, { shape }]) => [name, shape])),
    ...(made.graph && { graph: made.graph }),
    ...(preparation && { preparation }),
  };
  io.stdout.write(json ? `${JSON.stringify(result)}\n` : exportTable(result));
  if (preparation) personAt(io, quiet).say("pictures that are prepared otherwise get other features");
  return exitCodes.ok;
}

/** The encoder in a format, with these texts where it has room for them. */
async function written(to: ExportFormat, kept: Kept, texts: Readonly<Record<string, string>>): Promise<Made> {
  const { arrays } = kept;
  switch (to) {
    case "safetensors":
      return { bytes: writeSafetensors(arrays, { ...texts, version }), arrays };
    case "npz":
      return { bytes: writeNpz(arrays), arrays };
    case "onnx":
      return asOnnx(kept, texts);
    default:
      return to satisfies never;
  }
}
