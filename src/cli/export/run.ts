import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeNpz, writeSafetensors } from "../../formats/index.ts";
import { onnxBytes } from "../../models/export-onnx.ts";
import { writeFileAtomic } from "../../node/index.ts";
import { named } from "../../node/named.ts";
import type { Shape } from "../../shape.ts";
import { version } from "../../version.ts";
import { type CheckpointFile, encoderArrays, readCheckpoint, taskOf } from "../checkpoint.ts";
import { exitCodes, type Io, Stopped } from "../io.ts";
import { refuseOverwriting } from "../own-files.ts";
import type { RunConfig, TrainConfig } from "../train/config.ts";
import { personAt } from "../train/person.ts";
import type { PictureTask } from "../train/picture-task.ts";
import { savedIn } from "../train/saved.ts";
import type { Exportable, Kept } from "./exportable.ts";
import type { ExportFlags } from "./flags.ts";
import type { ExportFormat } from "./formats.ts";
import { pictureExport } from "./pictures.ts";
import { remedies } from "./remedies.ts";
import { type ExportedGraph, type ExportResult, exportTable } from "./result.ts";
import { stopped } from "./stopped.ts";
import { textExport } from "./text.ts";

/** Exports the encoder of a checkpoint, whatever its task. Resolves to the exit code. */
export async function runExport(flags: ExportFlags, io: Io): Promise<number> {
  const file = await readCheckpoint(flags.checkpoint);
  const { ofPictures } = taskOf(file, remedies);
  if (ofPictures) return ofPictures((task) => exportTask(task, file, flags, io));
  return exportKept(textExport, file, flags, io); // the one task on something else
}

/** The same, where it is one on pictures. */
export function exportTask<Config extends TrainConfig>(
  task: PictureTask<Config>,
  file: CheckpointFile,
  flags: ExportFlags,
  io: Io,
): Promise<number> {
  return exportKept(pictureExport(task), file, flags, io);
}

async function exportKept<Config extends RunConfig>(
  exportable: Exportable<Config>,
  file: CheckpointFile,
  { to, out = join(dirname(file.path), `encoder.${to}`), layerIndex, json, quiet }: ExportFlags,
  io: Io,
): Promise<number> {
  const { recipe, encoderPrefix } = exportable;
  refuseOverwriting("export", [["out", out]], [file.path]);
  const { config, step } = savedIn(file.path, file.metadata, recipe, remedies);
  const { of, lines, texts, preparation } = exportable.usage(config, file);
  const arrays = encoderArrays(file, encoderPrefix);
  if (arrays.size === 0) {
    throw new Error(`${file.path} is damaged, ${remedies.damaged}: no tensor in it is called model.${encoderPrefix}*`);
  }
  const told = { task: recipe.name, step: String(step), ...texts };
  const made = await written(to, exportable, { file, arrays, config, layerIndex }, told);
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
    usage: { of, lines },
  };
  io.stdout.write(json ? `${JSON.stringify(result)}\n` : exportTable(result));
  const person = personAt(io, quiet);
  person.say(`${of} that are prepared otherwise get other features`);
  if (to === "npz")
    person.say(`npz has no room for ${Object.keys(texts).join(" and ")}: they are in safetensors and onnx`);
  return exitCodes.ok;
}

/** A file, and what is told of it. */
interface Made {
  readonly bytes: Uint8Array;
  readonly arrays: ReadonlyMap<string, { readonly shape: Shape }>;
  readonly graph?: ExportedGraph;
}

/** The encoder in a format, with these texts where it has room for them. */
async function written<Config extends RunConfig>(
  to: ExportFormat,
  exportable: Exportable<Config>,
  kept: Kept<Config>,
  texts: Readonly<Record<string, string>>,
): Promise<Made> {
  const { arrays, layerIndex = -1 } = kept;
  switch (to) {
    case "safetensors":
      return { bytes: writeSafetensors(arrays, { ...texts, version }), arrays };
    case "npz":
      return { bytes: writeNpz(arrays), arrays };
    case "onnx": {
      const graph = exportable.graph(kept);
      const { inputs, outputs, weights } = graph;
      return { bytes: await onnxBytes(graph, texts), arrays: weights, graph: { layerIndex, inputs, outputs } };
    }
    default:
      return to satisfies never;
  }
}
