import { type Shape, show } from "../shape.ts";
import { halfPrecision } from "./half.ts";

/** Elements of a tensor in a safetensors file: F64, F32, I64, U64, I32, U32, I16, U16, I8 and U8, in this order. */
export type SafetensorsData =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** A named array of a safetensors file; the kind of `data` is the element type. */
export interface SafetensorsArray {
  readonly shape: Shape;
  readonly data: SafetensorsData;
}

/** What a safetensors file holds. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, SafetensorsArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

const constructors = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const;

type Code = keyof typeof constructors;

interface ElementType {
  readonly bytes: number;
  /** The elements that fill `data`. */
  read(data: ArrayBuffer): SafetensorsData;
}

/** What can be read. The two half-width floats have no typed array; every one of their numbers is a float32 too. */
const elementTypes = new Map<string, ElementType>([
  ...Object.entries(constructors).map(([code, Elements]): [string, ElementType] => [
    code,
    { bytes: Elements.BYTES_PER_ELEMENT, read: (data) => new Elements(data) },
  ]),
  ["F16", { bytes: 2, read: (data) => Float32Array.from(new Uint16Array(data), halfPrecision) }],
  ["BF16", { bytes: 2, read: (data) => new Float32Array(Uint32Array.from(new Uint16Array(data), upperHalf).buffer) }],
  ["BOOL", { bytes: 1, read: (data) => new Uint8Array(data) }],
]);

/** The bits of a float32 whose upper half is a bfloat16. */
function upperHalf(bits: number): number {
  return bits << 16;
}

/** The limit of the format's own implementation: a longer header is a damaged or hostile file. */
const longestHeader = 100_000_000;

/**
 * Writes the safetensors format (github.com/huggingface/safetensors): the header's length as a little-endian uint64, the
 * header as JSON padded with spaces to a multiple of 8, then the data, little-endian, without gaps. Wider elements come
 * first, so that everything lies at a multiple of its element size; equal input gives equal bytes.
 * Throws if a shape does not fit its data.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = [...tensors].map(([name, { shape, data }]) => {
    const count = shape.reduce((product, n) => product * n, 1);
    if (count !== data.length) {
      throw new RangeError(`writeSafetensors: "${name}" has shape ${show(shape)} but ${data.length} elements`);
    }
    if (name === "__metadata__") throw new RangeError('writeSafetensors: a tensor cannot be called "__metadata__"');
    return { name, shape, data, code: codeOf(name, data) };
  });
  entries.sort((a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (a.name < b.name ? -1 : 1));

  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  let end = 0;
  for (const { name, shape, data, code } of entries) {
    header.push([name, { dtype: code, shape, data_offsets: [end, end + data.byteLength] }]);
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const start = 8 + Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(start + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, start);
  let at = start;
  for (const { data } of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

function codeOf(name: string, data: SafetensorsData): Code {
  const code = (Object.keys(constructors) as Code[]).find((c) => data instanceof constructors[c]);
  if (code === undefined)
    throw new TypeError(`writeSafetensors: "${name}" must be a typed array of ${Object.keys(constructors)}`);
  return code;
}

/**
 * Reads a safetensors file: every tensor copied into a typed array of its own. F16 and BF16 come as Float32Array, to the
 * bit, and BOOL as Uint8Array of 0 and 1. `name` is what errors call the file.
 * Throws if the header is not what the format says, if tensors overlap, leave gaps or reach outside the file, or for
 * another element type (the floats of 8 bits and less). A name that comes twice, which the format forbids, goes
 * unnoticed: JSON.parse keeps the last.
 */
export function readSafetensors(bytes: Uint8Array, name: string = "readSafetensors"): Safetensors {
  const { header, data } = splitHeader(bytes, name);
  let metadata: Record<string, string> = {};
  const entries: (Entry & { name: string })[] = [];
  for (const [key, value] of Object.entries(header)) {
    if (key === "__metadata__") metadata = checkMetadata(value, name);
    else entries.push({ name: key, ...checkEntry(value, `${name}: tensor "${key}"`, data.length) });
  }
  let end = 0;
  for (const entry of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== end) {
      const what = entry.begin < end ? "overlaps the one before" : "leaves a gap after the one before";
      throw new Error(
        `${name}: tensor "${entry.name}" starts at byte ${entry.begin} and ${what}, which ends at ${end}`,
      );
    }
    end = entry.end;
  }
  if (end !== data.length) {
    throw new Error(
      `${name}: the tensors end at byte ${end} of ${data.length} bytes of data: the file was cut or added to`,
    );
  }
  const tensors = new Map(
    entries.map(({ name, shape, type, begin, end }) => [
      name,
      { shape, data: type.read(data.slice(begin, end).buffer) },
    ]),
  );
  return { tensors, metadata };
}

function splitHeader(bytes: Uint8Array, name: string): { header: Record<string, unknown>; data: Uint8Array } {
  if (bytes.length < 8) {
    throw new Error(`${name}: ${bytes.length} bytes are too few for a safetensors file, which starts with 8`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > longestHeader || 8n + length > bytes.length) {
    throw new Error(
      `${name}: the first 8 bytes promise a header of ${length} bytes, the file has ${bytes.length} in all: ` +
        "it is truncated or not a safetensors file",
    );
  }
  const start = 8 + Number(length);
  if (bytes[8] !== 0x7b) throw new Error(`${name}: the header does not start with "{": not a safetensors file`);
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)));
  } catch (cause) {
    throw new Error(`${name}: the header is not JSON (${(cause as Error).message}): not a safetensors file`, { cause });
  }
  // A plain Uint8Array: Node's Buffer is one too, but its slice() makes no copy.
  return { header, data: new Uint8Array(bytes.buffer, bytes.byteOffset + start, bytes.length - start) };
}

interface Entry {
  readonly shape: Shape;
  readonly type: ElementType;
  readonly begin: number;
  readonly end: number;
}

function checkEntry(value: unknown, what: string, available: number): Entry {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw new Error(`${what} needs "dtype", "shape" and two "data_offsets", whole numbers >= 0`);
  }
  const type = elementTypes.get(String(dtype));
  if (type === undefined) {
    throw new Error(
      `${what} has element type ${String(dtype)}; ${[...elementTypes.keys()].join(", ")} can be read: convert it`,
    );
  }
  const [begin, end] = offsets;
  const needed = shape.reduce((product, n) => product * n, 1) * type.bytes;
  if (end - begin !== needed) {
    const shown = shape.length > 8 ? `with ${shape.length} dimensions` : show(shape); // a damaged file may name millions
    throw new Error(`${what}, ${String(dtype)} ${shown}, needs ${needed} bytes, its data_offsets hold ${end - begin}`);
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
