import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { halfPrecision } from "../../src/formats/half.ts";
import { type NpyArray, type NpyData, readNpy, writeNpy } from "../../src/formats/index.ts";

/** Made by `make_fixtures.py`: files as NumPy saves them. */
interface Case {
  readonly name: string;
  readonly file: string;
  readonly shape: number[];
  readonly data: string[];
  readonly same: boolean;
}

const { cases } = JSON.parse(readFileSync(new URL("./npy.json", import.meta.url), "utf8")) as { cases: Case[] };
const bytesOf = ({ file }: Case): Uint8Array => Uint8Array.from(Buffer.from(file, "base64"));
const readable = cases.filter(({ name }) => !name.startsWith("refused"));

function elements(data: NpyData, written: readonly string[]): NpyData {
  if (data instanceof BigInt64Array) return BigInt64Array.from(written, BigInt);
  if (data instanceof BigUint64Array) return BigUint64Array.from(written, BigInt);
  const numbers = written.map((text) => Number(text.replace("inf", "Infinity")));
  return (data.constructor as Float64ArrayConstructor).from(numbers);
}

/** A file of version 1 whose header is the given text. */
function withHeader(text: string, body: ArrayLike<number> = []): Uint8Array {
  const header = Array.from(text, (c) => c.charCodeAt(0));
  return Uint8Array.from([
    0x93,
    ...Buffer.from("NUMPY"),
    1,
    0,
    header.length & 255,
    header.length >> 8,
    ...header,
    ...Array.from(body),
  ]);
}

describe("readNpy", () => {
  it("reads all 65,536 halves", () => {
    const file = withHeader(
      "{'descr': '<f2', 'fortran_order': False, 'shape': (65536,)}",
      new Uint8Array(Uint16Array.from({ length: 65536 }, (_, k) => k).buffer),
    );
    const { data } = readNpy(file);
    expect(data).toEqual(Float32Array.from({ length: 65536 }, (_, k) => halfPrecision(k)));
  });

  it.each(readable)("reads $name as NumPy saved it", (file) => {
    const { shape, data } = readNpy(bytesOf(file));
    expect(shape).toEqual(file.shape);
    expect(data).toEqual(elements(data, file.data));
  });

  it.each([
    ["<i1", Int8Array],
    ["<i2", Int16Array],
    [">i4", Int32Array],
    ["<i8", BigInt64Array],
    ["<u1", Uint8Array],
    [">u2", Uint16Array],
    ["<u4", Uint32Array],
    [">u8", BigUint64Array],
    ["<f2", Float32Array],
    [">f4", Float32Array],
    ["<f8", Float64Array],
    ["<b1", Int8Array],
  ])("makes %s an array of its own kind", (name, kind) => {
    const file = cases.find((c) => c.name === name);
    expect(file && readNpy(bytesOf(file)).data).toBeInstanceOf(kind);
  });

  it("gives an array of its own, also from bytes in the middle of a buffer and from Node's Buffer", () => {
    const file = writeNpy({ shape: [2], data: Float64Array.of(1.5, 2.5) });
    const room = Buffer.alloc(file.length + 3);
    room.set(file, 3);
    const { data } = readNpy(room.subarray(3));
    room.fill(0);
    expect(data).toEqual(Float64Array.of(1.5, 2.5));
  });

  it("reads what other writers make of the header: another order, double quotes, long integers, no padding", () => {
    const texts = [
      "{'shape': (2,), 'fortran_order': False, 'descr': '|u1'}",
      '{"descr": "|u1", "fortran_order": True, "shape": (2L,), }\n',
      "{ 'descr' : '=u1' ,'fortran_order':False,'shape':[2] ,}   \n",
    ];
    for (const text of texts)
      expect(readNpy(withHeader(text, [7, 8])), text).toEqual({ shape: [2], data: Uint8Array.of(7, 8) });
  });

  const good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
  it.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(0), 'an .npy file starts with the bytes 93 "NUMPY": this is another kind of file'],
    ["another kind of file", Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0), "another kind of file"],
    ["magic bytes alone", withHeader("").subarray(0, 8), "8 bytes are too few for an .npy file"],
    ["version 4", withHeader(good).with(6, 4), "is of version 4 of the .npy format; 1, 2 and 3 can be read"],
    [
      "a header that ends early",
      withHeader(good).subarray(0, 40),
      "promises a header of 58 bytes, needs at most 10000, and the file has 40 in all",
    ],
    ["a header of 4 GB", withHeader(good).fill(255, 8).with(6, 2), "promises a header of 4294967295 bytes"],
    ["a header that is no dictionary", withHeader("hello"), `the header must be {'descr': '<f4'`],
    ["a header without a shape", withHeader("{'descr': '<f4', 'fortran_order': False}"), "the header must be"],
    ["a size below 0", withHeader(good.replace("2", "-2")), "the header must be"],
    ["half an element", withHeader(good.replace("2", "1.5")), "the header must be"],
    [
      "a truncated file",
      withHeader(good, [0, 0, 0]),
      "<f4 [2] needs 76 bytes, the file has 71 (5 are missing): get it again",
    ],
    ["something appended", withHeader(good, Array(9).fill(0)), "the file has 77 (1 too many)"],
    [
      "a header that lies enormously",
      withHeader(good.replace("2", "9007199254740991, 9007199254740991")),
      "the file has 101 (3.2451855365842665e+32 are missing)",
    ],
    [
      "an unknown byte order",
      withHeader(good.replace("<", "!"), Array(8).fill(0)),
      'holds elements of type "!f4"; i1, i2,',
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readNpy(bytes)).toThrow(message);
    expect(() => readNpy(bytes, "x.npy")).toThrow(/^x\.npy: /);
  });

  it.each([
    ["complex", '"<c16"; i1, i2, i4, i8, u1, u2, u4, u8, f4, f8, b1, f2 can be read: convert them before saving'],
    ["text", '"<U2"'],
    ["objects", '"|O"'],
    ["dates", '"<M8[D]"'],
    ["records", "holds records of several fields: save each field as an array of its own"],
  ])("refuses %s, which no typed array holds", (kind, message) => {
    const file = cases.find(({ name }) => name === `refused: ${kind}`);
    expect(() => file && readNpy(bytesOf(file))).toThrow(message);
  });
});

const kinds = [
  fc.int8Array, fc.int16Array, fc.int32Array, fc.bigInt64Array,
  fc.uint8Array, fc.uint16Array, fc.uint32Array, fc.bigUint64Array,
  fc.float32Array, fc.float64Array,
]; // biome-ignore format: a table

/** Arrays of any kind, of up to four dimensions of sizes 0 to 4. */
const array: fc.Arbitrary<NpyArray> = fc.array(fc.nat(4), { maxLength: 4 }).chain((shape) => {
  const length = shape.reduce((product, n) => product * n, 1);
  const data = kinds.map((kind): fc.Arbitrary<NpyData> => kind({ minLength: length, maxLength: length }));
  return fc.oneof(...data).map((data) => ({ shape, data }));
});

describe("writeNpy", () => {
  it.each(cases.filter(({ same }) => same))("writes $name byte for byte as NumPy does", (file) => {
    const { shape, data } = readNpy(bytesOf(file));
    expect(writeNpy({ shape, data })).toEqual(bytesOf(file));
  });

  it("writes what readNpy reads, to the last bit", () => {
    fc.assert(
      fc.property(array, (written) => {
        const bytes = writeNpy(written);
        const read = readNpy(bytes);
        expect(read).toEqual(written);
        expect(writeNpy(read)).toEqual(bytes); // bits: toEqual does not tell one NaN from another
        expect((bytes.length - written.data.byteLength) % 64).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it("writes the part that a view shows", () => {
    const all = Float32Array.of(1, 2, 3, 4);
    expect(readNpy(writeNpy({ shape: [2], data: all.subarray(1, 3) })).data).toEqual(Float32Array.of(2, 3));
  });

  it("refuses a shape that does not fit, what is no typed array, and shapes without end", () => {
    expect(() => writeNpy({ shape: [3], data: new Float32Array(2) })).toThrow(
      "writeNpy: shape [3] holds 3 numbers, got 2",
    );
    expect(() => writeNpy({ shape: [-1, -2], data: new Float32Array(2) })).toThrow("writeNpy: shape [-1, -2]");
    // @ts-expect-error plain numbers have no element type
    expect(() => writeNpy({ shape: [2], data: [1, 2] })).toThrow("writeNpy: data must be a typed array");
    const ones = Array<number>(4000).fill(1);
    expect(() => writeNpy({ shape: ones, data: new Float32Array(1) })).toThrow(
      "writeNpy: 4000 dimensions are too many",
    );
  });
});

it("readNpy finds a column-major array's rows, whatever its shape", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 }), (shape) => {
      const size = shape.reduce((product, n) => product * n, 1);
      const text = `{'descr': '<u2', 'fortran_order': True, 'shape': (${shape.map((n) => `${n},`).join("")}), }`;
      const { data } = readNpy(
        withHeader(text, new Uint8Array(Uint16Array.from({ length: size }, (_, k) => k).buffer)),
      );
      const wanted: number[] = [];
      /** Walks the places in row-major order; `at` is where the column-major array has them. */
      const walk = (d: number, at: number, stride: number): void => {
        if (d === shape.length) wanted.push(at);
        else for (let i = 0; i < shape[d]; i++) walk(d + 1, at + i * stride, stride * shape[d]);
      };
      walk(0, 0, 1);
      expect(Array.from(data as Uint16Array)).toEqual(wanted);
    }),
  );
});
