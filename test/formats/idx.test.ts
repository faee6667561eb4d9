import { describe, expect, it } from "vitest";
import { readIdx } from "../../src/formats/index.ts";

/** An IDX file with the given header and the bytes after it. */
function idx(type: number, shape: readonly number[], body: readonly number[]): Uint8Array {
  const sizes = shape.flatMap((n) => [(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
  return Uint8Array.from([0, 0, type, shape.length, ...sizes, ...body]);
}

describe("readIdx", () => {
  it("reads unsigned and signed bytes with their shape", () => {
    expect(readIdx(idx(8, [2, 3], [0, 1, 2, 253, 254, 255]))).toEqual({
      shape: [2, 3],
      data: Uint8Array.from([0, 1, 2, 253, 254, 255]),
    });
    expect(readIdx(idx(9, [2], [255, 128])).data).toEqual(Int8Array.from([-1, -128]));
  });

  it("reads wider elements as big-endian", () => {
    expect(readIdx(idx(0x0b, [2], [0x01, 0x02, 0xff, 0xfe])).data).toEqual(Int16Array.from([258, -2]));
    expect(readIdx(idx(0x0c, [1], [0x80, 0, 0, 1])).data).toEqual(Int32Array.from([-2147483647]));
    expect(readIdx(idx(0x0d, [1], [0x3f, 0xc0, 0, 0])).data).toEqual(Float32Array.from([1.5]));
    expect(readIdx(idx(0x0e, [1], [0xc0, 0x04, 0, 0, 0, 0, 0, 0])).data).toEqual(Float64Array.from([-2.5]));
  });

  it("reads scalars, empty arrays and bytes that start in the middle of a buffer", () => {
    expect(readIdx(idx(8, [], [7]))).toEqual({ shape: [], data: Uint8Array.from([7]) });
    expect(readIdx(idx(0x0d, [0, 28, 28], []))).toEqual({ shape: [0, 28, 28], data: new Float32Array(0) });
    const file = idx(0x0b, [2], [0, 1, 0, 2]);
    const padded = new Uint8Array(file.length + 3);
    padded.set(file, 3);
    expect(readIdx(padded.subarray(3)).data).toEqual(Int16Array.from([1, 2]));
  });

  it("gives an array of its own: changing the file's bytes later changes nothing", () => {
    const file = idx(8, [1], [5]);
    const { data } = readIdx(file);
    file[file.length - 1] = 9;
    expect(data[0]).toBe(5);
  });

  it.each([
    ["nothing", new Uint8Array(0), /0 bytes are too few for an IDX file/],
    [
      "another kind of file",
      Uint8Array.from([0x89, 0x50, 0x4e, 0x47]),
      /starts with the bytes 00 00, found 89 50 4e 47/,
    ],
    ["a compressed file", Uint8Array.from([0x1f, 0x8b, 8, 0]), /gzip data, not IDX: decompress it first \(gunzip/],
    ["an unknown element type", Uint8Array.from([0, 0, 0x0a, 1]), /element type 0x0a, IDX has 0x08 uint8/],
    [
      "a header that ends early",
      Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 1]),
      /3 dimensions, so a header of 16 bytes.*has 8/,
    ],
    [
      "a truncated file",
      idx(8, [2, 3], [1, 2, 3]),
      /\[2, 3\] of 1-byte elements needs 18 bytes.*has 15 \(3 are missing\)/,
    ],
    ["trailing bytes", idx(0x0b, [1], [0, 1, 2]), /needs 10 bytes, the file has 11 \(1 too many\)/],
    [
      "a header that lies enormously, without allocating for it",
      idx(0x0e, [0xffffffff, 0xffffffff, 0xffffffff], [1]),
      /4294967295, 4294967295, 4294967295\].*the file is truncated or its header is wrong/,
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readIdx(bytes)).toThrow(message);
    expect(() => readIdx(bytes, "digits.idx")).toThrow(/^digits\.idx: /);
  });
});
