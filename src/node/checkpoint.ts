import { readFile } from "node:fs/promises";
import { tensor } from "../autograd/create.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Device } from "../devices/device.ts";
import { readSafetensors, type SafetensorsArray, writeSafetensors } from "../formats/index.ts";
import type { OptimizerState, StateDict } from "../nn/index.ts";
import { checkOptions } from "../options.ts";
import { writeFileAtomic } from "./atomic.ts";
import { version } from "./version.ts";

/** All that training needs to go on, in one file. */
export interface Checkpoint {
  readonly model: StateDict;
  readonly optimizer?: OptimizerState;
  /** Anything JSON can hold, under any key but `optimizer` and `version`: configuration, epoch, generator states. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Writes a checkpoint as one safetensors file, replaced as a whole: tensors `model.NAME` and `optimizer.NAME`, and in the
 * file's metadata `version` (this library's), the optimizer's numbers, and every entry of `metadata` as JSON.
 * Throws for metadata called `optimizer` or `version`.
 */
export async function saveCheckpoint(path: string, { model, optimizer, metadata }: Checkpoint): Promise<void> {
  for (const key of ["optimizer", "version"]) {
    if (!Object.hasOwn(metadata, key)) continue;
    throw new Error(`saveCheckpoint: metadata "${key}" is an entry of the file's own: choose another name`);
  }
  const tensors = new Map<string, SafetensorsArray>();
  for (const [name, value] of Object.entries(model)) tensors.set(`model.${name}`, await arrayOf(value));
  for (const [name, value] of Object.entries(optimizer?.tensors ?? {})) {
    tensors.set(`optimizer.${name}`, await arrayOf(value));
  }
  const entries: Record<string, unknown> = { ...metadata, version };
  if (optimizer) entries.optimizer = { lr: optimizer.lr, steps: optimizer.steps };
  const texts = Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, JSON.stringify(value)]));
  await writeFileAtomic(path, writeSafetensors(tensors, texts));
}

/** Reads what `saveCheckpoint` wrote; tensors are made on `device`. Throws naming the file if it is damaged. */
export async function loadCheckpoint(path: string, options: { device?: Device } = {}): Promise<Checkpoint> {
  const { device } = checkOptions("loadCheckpoint", options, ["device"]);
  const { tensors, metadata: texts } = readSafetensors(await readFile(path), path);
  const metadata = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, parse(path, key, text)]));
  const parts: Record<string, [string, Tensor][]> = { model: [], optimizer: [] };
  for (const [name, { shape, data }] of tensors) {
    const [, part, key] = /^(model|optimizer)\.(.+)$/s.exec(name) ?? [];
    if (part === undefined || data instanceof BigInt64Array) {
      throw new Error(`${path}: tensor "${name}" is not part of a checkpoint of this library`);
    }
    parts[part].push([key, tensor(data, { shape, device })]);
  }
  const [model, state] = [Object.fromEntries(parts.model), Object.fromEntries(parts.optimizer)];
  const { optimizer: numbers, version: _, ...rest } = metadata;
  if (numbers === undefined) return { model, metadata: rest };
  return { model, optimizer: { ...(numbers as Omit<OptimizerState, "tensors">), tensors: state }, metadata: rest };
}

async function arrayOf(value: Tensor): Promise<SafetensorsArray> {
  return { shape: value.shape, data: await value.data() };
}

function parse(path: string, key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path}: metadata "${key}" is not JSON: not a checkpoint of this library`, { cause });
  }
}
