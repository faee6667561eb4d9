import { statSync } from "node:fs";
import { join } from "node:path";
import type { Device } from "../devices/device.ts";
import { readSafetensors, type Safetensors, type SafetensorsArray } from "../formats/index.ts";
import { tensorsOf } from "../formats/state-dict.ts";
import type { StateDict } from "../nn/index.ts";
import { readNamed } from "../node/named.ts";
import type { Remedies } from "./train/saved.ts";
import { type Entry, tasks } from "./train/tasks.ts";

/** A checkpoint as it lies on the disk. */
export interface CheckpointFile extends Safetensors {
  readonly path: string;
  /** The task that it says it is of, if it says so. */
  readonly task: string | undefined;
}

/** The checkpoint `name`, or that in the run folder `name`. Throws naming the file if it is missing or no safetensors file. */
export async function readCheckpoint(name: string): Promise<CheckpointFile> {
  const isFolder = statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const path = isFolder ? join(name, "checkpoint.safetensors") : name;
  const { tensors, metadata } = readSafetensors(await readNamed(path), path);
  return { path, tensors, metadata, task: taskIn(metadata) };
}

/** The task of a checkpoint. Throws naming the file where it is none of ours. */
export function taskOf({ path, task }: CheckpointFile, { foreign }: Remedies): Entry {
  const found = tasks.find(({ recipe }) => recipe.name === task);
  if (found) return found;
  const names = tasks.map(({ recipe }) => recipe.name).join(", ");
  const own = `is no checkpoint of align-uniform train (its task: ${task ?? "none"}, known: ${names})`;
  throw new Error(`${path} ${own}: ${foreign}`);
}

/** The arrays of the encoder, under its own names; `prefix` is what these begin with in the model's. */
export function encoderArrays({ tensors }: CheckpointFile, prefix: string): Map<string, SafetensorsArray> {
  const start = `model.${prefix}`;
  const own = [...tensors].filter(([name]) => name.startsWith(start));
  return new Map(own.map(([name, array]) => [name.slice(start.length), array]));
}

/** The same as tensors. */
export function encoderWeights(file: CheckpointFile, prefix: string, device: Device): StateDict {
  return tensorsOf(encoderArrays(file, prefix), device);
}

function taskIn({ task }: Safetensors["metadata"]): string | undefined {
  try {
    const name: unknown = JSON.parse(task);
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined; // absent, or somebody else's text
  }
}
