import { type Shape, show } from "../shape.ts";
import { npyElements } from "./npy-elements.ts";
import type { StoredArray } from "./stored-array.ts";

/** What the header of an `.npy` file says. */
export interface NpyHeader {
  /** Byte order and element type: `<f4` is a little-endian float32. */
  readonly descr: string;
  /** Whether the first dimension is the one that is contiguous. */
  readonly fortranOrder: boolean;
  readonly shape: Shape;
  /** Where the elements begin. */
  readonly start: number;
}

const magic = "\x93NUMPY";

/** NumPy's own limit (`max_header_size`): a header that describes numbers alone stays far below. */
const longestHeader = 10_000;

/** So many bytes from the front hold the header of any file that can be read. */
export const npyHeaderRoom: number = 12 + longestHeader;

/** Where the numbers of a file lie. Takes what `readNpyHeader` takes; throws for elements that are no numbers. */
export function locateNpy(bytes: Uint8Array, name: string, size: number = bytes.length): StoredArray {
  const header = readNpyHeader(bytes, name, size);
  const type = npyElements(header.descr, name);
  checkNpyLength(header, type.bytes, size, name);
  return { ...header, type };
}

/** Throws unless elements of `width` bytes end where a file of `size` bytes does. */
export function checkNpyLength({ descr, shape, start }: NpyHeader, width: number, size: number, name: string): void {
  // Sizes may multiply past 2^53, where a double still compares rightly with any real length.
  const needed = start + width * shape.reduce((product, n) => product * n, 1);
  if (size === needed) return;
  const difference = size - needed;
  throw new Error(
    `${name}: ${descr} ${show(shape)} needs ${needed} bytes, the file has ${size} ` +
      `(${difference < 0 ? `${-difference} are missing` : `${difference} too many`}): get it again`,
  );
}

/**
 * Reads the magic bytes, the version (1 to 3), the header's length and the header, from a whole file or the first
 * `npyHeaderRoom` bytes of one of `size`. Throws naming the file.
 */
export function readNpyHeader(bytes: Uint8Array, name: string, size: number = bytes.length): NpyHeader {
  const latin1 = (from: number, end: number): string => String.fromCharCode(...bytes.subarray(from, end));
  if (latin1(0, 6) !== magic) {
    throw new Error(`${name}: an .npy file starts with the bytes 93 "NUMPY": this is another kind of file`);
  }
  const fixed = bytes[6] === 1 ? 10 : 12; // bytes before the header: its length is a uint16, from version 2 on a uint32
  if (bytes.length < fixed) {
    throw new Error(`${name}: ${bytes.length} bytes are too few for an .npy file: it is truncated, get it again`);
  }
  if (bytes[6] < 1 || bytes[6] > 3) {
    throw new Error(`${name}: is of version ${bytes[6]} of the .npy format; 1, 2 and 3 can be read`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = fixed === 10 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = fixed + length;
  if (length > longestHeader || start > size) {
    throw new Error(
      `${name}: promises a header of ${length} bytes, needs at most ${longestHeader}, and the file has ${size} ` +
        "in all: it is truncated or damaged",
    );
  }
  return { ...parse(latin1(fixed, start), name), start };
}

/** A Python dictionary of three entries: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } */
function parse(text: string, name: string): Omit<NpyHeader, "start"> {
  let entries: Record<string, unknown> = {};
  try {
    entries = JSON.parse(
      text
        .replaceAll("'", '"')
        .replace("False", "false")
        .replace("True", "true")
        .replaceAll("(", "[")
        .replaceAll(")", "]")
        .replace(/,(\s*[\]}])/g, "$1")
        .replace(/(\d)L/g, "$1"), // Python 2 wrote long integers
    );
  } catch {
    // Not even Python's notation: found wanting below.
  }
  const { descr, fortran_order: fortranOrder, shape } = { ...entries };
  if (Array.isArray(descr)) {
    throw new Error(`${name}: holds records of several fields: save each field as an array of its own`);
  }
  const sizes = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (typeof descr !== "string" || typeof fortranOrder !== "boolean" || !sizes) {
    throw new Error(
      `${name}: the header must be {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } or the like, ` +
        `found ${JSON.stringify(text.trim().slice(0, 100))}: the file is damaged`,
    );
  }
  return { descr, fortranOrder, shape };
}

/** The first bytes of a file of version 1, padded with spaces to a multiple of 64, as NumPy does. Throws if it is too long. */
export function writeNpyHeader(descr: string, shape: Shape): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  if (length - 10 > longestHeader) throw new RangeError(`writeNpy: ${shape.length} dimensions are too many for .npy`);
  const head = `${magic}\x01\x00${String.fromCharCode((length - 10) & 255, (length - 10) >> 8)}`;
  return Uint8Array.from(`${(head + text).padEnd(length - 1)}\n`, (c) => c.charCodeAt(0));
}
