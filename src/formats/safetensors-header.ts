import { isRecord } from "../options.ts";
import { type Shape, show } from "../shape.ts";
import { elementTypes } from "./safetensors-elements.ts";
import type { ElementType, StoredArray } from "./stored-array.ts";

/** The limit of the format's own implementation: a longer header is a damaged or hostile file. */
const longestHeader = 100_000_000;

/** Where a tensor lies in the file, and how to read it. */
export interface SafetensorsEntry extends StoredArray {
  readonly name: string;
  /** Where it ends, in bytes from the front of the file. */
  readonly end: number;
}

/** What a safetensors file says before its data. */
export interface SafetensorsHeader {
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Where the data of a file of `size` bytes starts, by its first 8. Throws naming the file if that is not in it. */
export function safetensorsStart(bytes: Uint8Array, name: string, size: number = bytes.length): number {
  if (bytes.length < 8) {
    throw new Error(`${name}: ${bytes.length} bytes are too few for a safetensors file, which starts with 8`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > longestHeader || 8n + length > size) {
    throw new Error(
      `${name}: the first 8 bytes promise a header of ${length} bytes, the file has ${size} in all: ` +
        "it is truncated or not a safetensors file",
    );
  }
  return 8 + Number(length);
}

/**
 * Reads the header's length and the header, and checks that the tensors fill the data without gaps. `bytes` is the file,
 * or all before `safetensorsStart` of one of `size` bytes. Throws naming the file.
 */
export function readSafetensorsHeader(bytes: Uint8Array, name: string, size: number = bytes.length): SafetensorsHeader {
  const start = safetensorsStart(bytes, name, size);
  const available = size - start;
  let metadata: Record<string, string> = {};
  const found: { name: string; shape: Shape; type: ElementType; begin: number; end: number }[] = [];
  for (const [key, value] of Object.entries(parseHeader(bytes.subarray(8, start), name))) {
    if (key === "__metadata__") metadata = checkMetadata(value, name);
    else found.push({ name: key, ...checkEntry(value, `${name}: tensor "${key}"`, available) });
  }
  let end = 0;
  for (const entry of found.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== end) {
      const what = entry.begin < end ? "overlaps the one before" : "leaves a gap after the one before";
      throw new Error(
        `${name}: tensor "${entry.name}" starts at byte ${entry.begin} and ${what}, which ends at ${end}`,
      );
    }
    end = entry.end;
  }
  if (end !== available) {
    throw new Error(
      `${name}: the tensors end at byte ${end} of ${available} bytes of data: the file was cut or added to`,
    );
  }
  const entries = found.map(({ begin, end, ...entry }) => ({
    ...entry,
    fortranOrder: false,
    start: start + begin,
    end: start + end,
  }));
  return { entries, metadata };
}

function parseHeader(bytes: Uint8Array, name: string): Record<string, unknown> {
  if (bytes[0] !== 0x7b) throw new Error(`${name}: the header does not start with "{": not a safetensors file`);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new Error(`${name}: the header is not JSON (${(cause as Error).message}): not a safetensors file`, { cause });
  }
}

function checkEntry(
  value: unknown,
  what: string,
  available: number,
): { shape: Shape; type: ElementType; begin: number; end: number } {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  if (typeof dtype !== "string" || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw new Error(`${what} needs "dtype", "shape" and two "data_offsets", whole numbers >= 0`);
  }
  const type = elementTypes.get(dtype);
  if (type === undefined) {
    throw new Error(
      `${what} has element type ${dtype}; ${[...elementTypes.keys()].join(", ")} can be read: convert it`,
    );
  }
  const [begin, end] = offsets;
  const needed = shape.reduce((product, n) => product * n, 1) * type.bytes;
  if (end - begin !== needed) {
    throw new Error(`${what}, ${dtype} ${show(shape)}, needs ${needed} bytes, its data_offsets hold ${end - begin}`);
  }
  if (end > available) {
    throw new Error(`${what} ends at byte ${end} of the data, the file has ${available}: it is truncated`);
  }
  return { shape, type, begin, end };
}

function checkMetadata(value: unknown, name: string): Record<string, string> {
  if (!isRecord(value) || Object.values(value).some((text) => typeof text !== "string")) {
    throw new Error(`${name}: "__metadata__" must be an object of strings`);
  }
  return value as Record<string, string>;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
