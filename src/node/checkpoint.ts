import { Tensor } from "../autograd/tensor.ts";
import type { Device } from "../devices/device.ts";
import { readSafetensors, type SafetensorsArray, writeStateDict } from "../formats/index.ts";
import { tensorsOf } from "../formats/state-dict.ts";
import type { OptimizerState, StateDict } from "../nn/index.ts";
import { checkOptions } from "../options.ts";
import { version } from "../version.ts";
import { writeFileAtomic } from "./atomic.ts";
import { named, readNamed } from "./named.ts";

/** All that training needs to go on, in one file. */
export interface Checkpoint {
  readonly model: StateDict;
  readonly optimizer?: OptimizerState;
  /** Anything JSON can hold, under any key but `optimizer` and `version`: configuration, epoch, generator states. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The same to be written: nothing need be told beside the model. */
export type NewCheckpoint = Omit<Checkpoint, "metadata"> & Partial<Pick<Checkpoint, "metadata">>;

/**
 * Writes a checkpoint as one safetensors file, replaced as a whole: tensors `model.NAME` and `optimizer.NAME`, in the
 * element types of `writeStateDict`, and in the file's metadata `version` (this library's), the optimizer's numbers, and
 * every entry of `metadata` as JSON. Throws for a model or an optimizer in place of its `stateDict()`, and for metadata
 * called `optimizer` or `version`.
 */
export async function saveCheckpoint(path: string, { model, optimizer, metadata = {} }: NewCheckpoint): Promise<void> {
  const wrong = Object.entries(model ?? { model }).find(([, value]) => !(value instanceof Tensor));
  if (wrong)
    throw new TypeError(`saveCheckpoint: model must be a state dict, model.stateDict(): "${wrong[0]}" is no tensor`);
  if (optimizer !== undefined && !isNumbers(optimizer)) {
    throw new TypeError("saveCheckpoint: optimizer must be an optimizer's state: optimizer.stateDict()");
  }
  for (const key of ["optimizer", "version"]) {
    if (!Object.hasOwn(metadata, key)) continue;
    throw new Error(`saveCheckpoint: metadata "${key}" is an entry of the file's own: choose another name`);
  }
  const { tensors: state = {}, ...numbers } = optimizer ?? {};
  const tensors = { ...prefixed("model", model), ...prefixed("optimizer", state) };
  const entries: Record<string, unknown> = { ...metadata, version };
  if (optimizer) entries.optimizer = numbers;
  const texts = Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, JSON.stringify(value)]));
  const bytes = await writeStateDict(tensors, texts);
  await named(path, "write", () => writeFileAtomic(path, bytes));
}

/** Reads what `saveCheckpoint` wrote; tensors are made on `device`. Throws naming the file if it is damaged. */
export async function loadCheckpoint(path: string, options: { device?: Device } = {}): Promise<Checkpoint> {
  const { device } = checkOptions("loadCheckpoint", options, ["device"]);
  const { tensors, metadata: texts } = readSafetensors(await readNamed(path), path);
  const metadata = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, parse(path, key, text)]));
  const parts = { model: new Map<string, SafetensorsArray>(), optimizer: new Map<string, SafetensorsArray>() };
  for (const [name, array] of tensors) {
    const [, part, key] = /^(model|optimizer)\.(.+)$/s.exec(name) ?? [];
    if (part !== "model" && part !== "optimizer") {
      throw new Error(
        `${path}: tensor "${name}" is not part of a checkpoint, whose names start with "model." or "optimizer."; ` +
          "a file of weights alone is for readStateDict",
      );
    }
    parts[part].set(key, array);
  }
  const model = tensorsOf(parts.model, device);
  const { optimizer: numbers, version: _, ...rest } = metadata;
  if (numbers === undefined) return { model, metadata: rest };
  if (!isNumbers(numbers)) {
    throw new Error(
      `${path}: metadata "optimizer" needs { lr, steps }, a number and counts, got ${texts.optimizer}: the file is damaged`,
    );
  }
  return { model, optimizer: { ...numbers, tensors: tensorsOf(parts.optimizer, device) }, metadata: rest };
}

function isNumbers(value: unknown): value is Omit<OptimizerState, "tensors"> {
  if (typeof value !== "object" || value === null || !("lr" in value) || !("steps" in value)) return false;
  const { lr, steps } = value;
  return typeof lr === "number" && Array.isArray(steps) && steps.every((k) => Number.isSafeInteger(k) && k >= 0);
}

function prefixed(part: string, tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [`${part}.${name}`, value]));
}

function parse(path: string, key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path}: metadata "${key}" is not JSON: not a checkpoint of this library`, { cause });
  }
}
