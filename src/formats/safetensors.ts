import { type Shape, show } from "../shape.ts";
import { codeOf, type SafetensorsData } from "./safetensors-elements.ts";
import { readSafetensorsHeader } from "./safetensors-header.ts";

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

/**
 * Reads a safetensors file: every tensor copied into a typed array of its own. F16 and BF16 come as Float32Array, to the
 * bit, and BOOL as Int8Array of 0 and 1. `name` is what errors call the file.
 * Throws if the header is not what the format says, if tensors overlap, leave gaps or reach outside the file, or for
 * another element type (the floats of 8 bits and less). A name that comes twice, which the format forbids, goes
 * unnoticed: JSON.parse keeps the last.
 */
export function readSafetensors(bytes: Uint8Array, name: string = "readSafetensors"): Safetensors {
  const { entries, metadata } = readSafetensorsHeader(bytes, name);
  const tensors = new Map(
    entries.map(({ name, shape, type, start, end }) => [
      name,
      { shape, data: type.read(Uint8Array.from(bytes.subarray(start, end)).buffer) }, // from: see readNpy
    ]),
  );
  return { tensors, metadata };
}
