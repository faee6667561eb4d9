import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSafetensors, type SafetensorsArray, writeSafetensors } from "../../src/formats/index.ts";

/** A file with the given header text and data. */
function file(header: string, data: readonly number[] = []): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const entry = (dtype: string, shape: number[], offsets: number[]): string =>
  JSON.stringify({ a: { dtype, shape, data_offsets: offsets } });

/** As long as its header says, which is one byte past what the format allows. */
const endless = new Uint8Array(100_000_009);
new DataView(endless.buffer).setBigUint64(0, 100_000_001n, true);

describe("safetensors", () => {
  it("lays a file out as the format says, byte for byte", () => {
    const bytes = writeSafetensors(new Map([["w", { shape: [2], data: Float32Array.from([1, -2]) }]]), { epoch: "3" });
    const json = '{"__metadata__":{"epoch":"3"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const padded = json.padEnd(Math.ceil(json.length / 8) * 8);
    expect(Array.from(bytes.subarray(0, 8))).toEqual([padded.length, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + padded.length))).toBe(padded);
    expect(Array.from(bytes.subarray(8 + padded.length))).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  it("gives back every element type, shape, name and the metadata", () => {
    const tensors = new Map<string, SafetensorsArray>([
      ["bytes", { shape: [3], data: Uint8Array.from([1, 2, 255]) }],
      ["steps", { shape: [], data: BigInt64Array.from([-(2n ** 62n)]) }],
      ["double", { shape: [1, 2], data: Float64Array.from([Math.PI, Number.NaN]) }],
      ["signed", { shape: [2], data: Int8Array.from([-1, 5]) }],
      ["short", { shape: [1], data: Int16Array.from([-300]) }],
      ["int", { shape: [1], data: Int32Array.from([-70000]) }],
      ["unsigned long", { shape: [1], data: BigUint64Array.from([2n ** 64n - 1n]) }],
      ["unsigned int", { shape: [1], data: Uint32Array.from([2 ** 32 - 1]) }],
      ["unsigned short", { shape: [1], data: Uint16Array.from([65535]) }],
      ["empty", { shape: [0, 4], data: new Float32Array(0) }],
      ["__proto__", { shape: [1], data: Float32Array.from([0.1]) }],
    ]);
    const metadata = Object.fromEntries([["note", "ä\n"], ["__proto__", "kept"]]); // biome-ignore format: short
    const read = readSafetensors(writeSafetensors(tensors, metadata));
    expect(new Map([...read.tensors].sort())).toEqual(new Map([...tensors].sort()));
    expect(Object.entries(read.metadata)).toEqual(Object.entries(metadata));
  });

  it("keeps random sets of arrays, also read from a Node Buffer", () => {
    const array = fc
      .array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 })
      .chain((shape) =>
        fc
          .float32Array({ minLength: shape.reduce((a, b) => a * b, 1), maxLength: shape.reduce((a, b) => a * b, 1) })
          .map((data): SafetensorsArray => ({ shape, data })),
      );
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((s) => s !== "__metadata__"),
          array,
        ),
        (record) => {
          const tensors = new Map(Object.entries(record));
          const { tensors: read } = readSafetensors(Buffer.from(writeSafetensors(tensors)));
          expect(new Map([...read].sort(byName))).toEqual(new Map([...tensors].sort(byName)));
        },
      ),
    );
  });

  it("reads halves, bfloat16 and truth values, which have no typed array", () => {
    const one = (dtype: string, bits: number[]): unknown => {
      const bytes = bits.flatMap((b) => (dtype === "BOOL" ? [b] : [b & 0xff, b >> 8]));
      return readSafetensors(file(entry(dtype, [bits.length], [0, bytes.length]), bytes)).tensors.get("a")?.data;
    };
    // One, the largest, the smallest normal and subnormal, minus zero, infinity, not a number.
    expect(one("F16", [0x3c00, 0x7bff, 0x0400, 0x8001, 0x8000, 0xfc00, 0x7e00])).toEqual(
      Float32Array.from([1, 65504, 2 ** -14, -(2 ** -24), -0, Number.NEGATIVE_INFINITY, Number.NaN]),
    );
    expect(one("BF16", [0x3f80, 0x7f7f, 0x0080, 0x8001, 0x8000, 0xff80, 0x7fc0])).toEqual(
      Float32Array.from([1, 255 * 2 ** 120, 2 ** -126, -(2 ** -133), -0, Number.NEGATIVE_INFINITY, Number.NaN]),
    );
    expect(one("BOOL", [1, 0, 1])).toEqual(Int8Array.from([1, 0, 1]));
  });

  it("aligns every array to its element size and writes equal input as equal bytes", () => {
    const tensors = new Map<string, SafetensorsArray>([
      ["a", { shape: [1], data: Uint8Array.from([1]) }],
      ["b", { shape: [1], data: Float64Array.from([1]) }],
      ["c", { shape: [1], data: Float32Array.from([1]) }],
    ]);
    const bytes = writeSafetensors(tensors);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect(length % 8).toBe(0);
    expect([header.b, header.c, header.a].map((e) => e.data_offsets[0])).toEqual([0, 8, 12]);
    expect(writeSafetensors(new Map([...tensors].reverse()))).toEqual(bytes);
  });

  it.each([
    ["too few bytes", new Uint8Array(7), /7 bytes are too few/],
    [
      "a header longer than the file",
      Uint8Array.from([255, 255, 255, 255, 255, 255, 255, 255, 1]),
      /promise a header of 18446744073709551615 bytes, the file has 9/,
    ],
    ["a header that is not JSON", file("{oops"), /header is not JSON/],
    ["a header that is a list", file("[]"), /header does not start with "\{"/],
    ["a header after spaces", file(" {}"), /header does not start with "\{"/],
    ["a header after a byte order mark", file("\ufeff{}"), /header does not start with "\{"/],
    ["an empty header", file(""), /header does not start with "\{"/],
    ["text that is not UTF-8", file('{"__metadata__":{"a":"?"}}').with(30, 0xff), /header is not JSON/],
    ["a header longer than the format allows", endless, /promise a header of 100000001 bytes, the file has 100000009/],
    [
      "a shape without end, in few words",
      file(entry("F32", Array(1000).fill(1), [0, 0])),
      /^.{0,20}tensor "a", F32 \[1000 dimensions\], needs 4 bytes, its data_offsets hold 0$/,
    ],
    ["metadata that is not text", file('{"__metadata__":{"a":1}}'), /"__metadata__" must be an object of strings/],
    ["an entry without a shape", file('{"a":{"dtype":"F32"}}'), /tensor "a" needs "dtype", "shape"/],
    ["negative sizes", file(entry("F32", [-1], [0, 4]), [0, 0, 0, 0]), /tensor "a" needs/],
    [
      "an element type without a typed array",
      file(entry("F8_E4M3", [1], [0, 1]), [0]),
      /element type F8_E4M3; F64.*BF16, BOOL can be read: convert it/,
    ],
    [
      "offsets that do not fit the shape",
      file(entry("F32", [2], [0, 4]), [0, 0, 0, 0]),
      /F32 \[2\], needs 8 bytes, its data_offsets hold 4/,
    ],
    [
      "a truncated file",
      file(entry("F32", [1], [0, 4]), [0, 0]),
      /ends at byte 4 of the data, the file has 2: it is truncated/,
    ],
    ["trailing bytes", file(entry("U8", [1], [0, 1]), [0, 0]), /end at byte 1 of 2 bytes of data/],
    ["a gap", file(entry("U8", [1], [1, 2]), [0, 0]), /starts at byte 1 and leaves a gap/],
    [
      "an overlap",
      file(
        '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
        [0, 0],
      ),
      /tensor "b" starts at byte 1 and overlaps/,
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
    expect(() => readSafetensors(bytes, "weights")).toThrow(/^weights: /);
  });

  it("refuses to write a shape that does not fit its data, and the reserved name", () => {
    const one = { shape: [2], data: Float32Array.from([1]) };
    expect(() => writeSafetensors(new Map([["w", one]]))).toThrow(/"w" has shape \[2\] but 1 elements/);
    expect(() => writeSafetensors(new Map([["__metadata__", { ...one, shape: [1] }]]))).toThrow(/cannot be called/);
  });
});

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
