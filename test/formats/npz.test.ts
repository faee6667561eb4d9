import { spawnSync } from "node:child_process";
import { crc32 as zlibs } from "node:zlib";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../src/formats/crc32.ts";
import { type NpyArray, readNpz, writeNpz } from "../../src/formats/index.ts";
import { storedZip } from "../../src/formats/stored-zip.ts";
import { readZipDirectory } from "../../src/formats/zip-directory.ts";
import { generator } from "../../src/ops/index.ts";
import { fixture } from "../node/samples.ts";

/** The archive without its array of texts, which `readNpz` refuses. */
const stored = fixture("npz", "zip64");
const x = Float32Array.from({ length: 12 }, (_, k) => (k - 5.5) / 8);

/** Where a zip archive's parts of a kind start, by their four bytes. */
function places(file: Uint8Array, signature: number): number[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  return Array.from({ length: file.length - 3 }, (_, at) => at).filter((at) => view.getUint32(at, true) === signature);
}

function changed(file: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const out = file.slice();
  out.set(values, at);
  return out;
}

describe("readNpz", () => {
  it("reads an archive whose numbers are all wide, by the names of its arrays", async () => {
    expect(await readNpz(stored)).toEqual(
      new Map([
        ["x", { shape: [4, 3], data: x }],
        ["y", { shape: [4], data: BigInt64Array.of(3n, -1n, 3n, 2n ** 40n) }],
      ]),
    );
  });

  it.each(["stored", "deflated"])("names the array that cannot be read in what NumPy wrote, %s", async (kind) => {
    await expect(readNpz(fixture("npz", kind), { name: "a.npz" })).rejects.toThrow(
      'a.npz: "words": holds elements of type "<U3"; i1,',
    );
  });

  it("stops where an array is larger than the limit", async () => {
    await expect(readNpz(fixture("npz", "deflated"), { limit: 100, name: "a.npz" })).rejects.toThrow(
      'a.npz: the data of "x.npy" in it holds more than 100 bytes: raise { limit }',
    );
    await expect(readNpz(stored, { limit: 10, name: "a.npz" })).rejects.toThrow(
      'a.npz: the data of "x.npy" in it holds more than 10 bytes: raise { limit }',
    );
    await expect(readNpz(stored, { limit: -1 })).rejects.toThrow("readNpz: limit must be >= 0 bytes, got -1");
    // @ts-expect-error a misspelt option
    await expect(readNpz(stored, { max: 1 })).rejects.toThrow('unknown option "max"');
  });

  it("ignores what looks like the end record inside the comment behind it", async () => {
    const plain = fixture("npz", "deflated");
    const [at] = places(plain, 0x06054b50);
    const file = Uint8Array.from([...plain, ...plain.subarray(at, at + 22), 1, 2, 3]);
    file.set([25, 0], at + 20);
    file.set([9, 9], at + 22 + 12);
    await expect(readNpz(file, { name: "a.npz" })).rejects.toThrow('"words": holds elements');
  });

  it("refuses a directory of more than 64 MiB before it reads it, by the archive's name", async () => {
    const size = 2 ** 33;
    const tail = new Uint8Array(22);
    const view = new DataView(tail.buffer);
    view.setUint32(0, 0x06054b50, true);
    view.setUint32(12, 2 ** 32 - 2 ** 20, true);
    view.setUint16(10, 1, true);
    const read = async (position: number, length: number): Promise<Uint8Array<ArrayBuffer>> => {
      expect(length).toBeLessThan(100_000);
      const out = new Uint8Array(length);
      if (position + length === size) out.set(tail, length - 22);
      return out;
    };
    await expect(readZipDirectory({ size, read }, "a.npz")).rejects.toThrow(
      "a.npz: a zip directory of 1 files and 4293918720 bytes is too large",
    );
  });

  it.each(["the same name", "the same place"])("refuses two files of %s", async (what) => {
    const file = stored.slice();
    const [one, two] = places(file, 0x02014b50);
    if (what === "the same name") file[two + 46] = file[one + 46];
    else file.fill(0, two + 71, two + 79); // where it starts
    await expect(readNpz(file, { name: "a.npz" })).rejects.toThrow(
      what === "the same name" ? 'a.npz: lists two files "x.npy"' : 'a.npz: "y.npy" in it lies over "x.npy"',
    );
  });

  const [first] = places(stored, 0x02014b50);
  const [end] = places(stored, 0x06054b50);
  const [zip64] = places(stored, 0x06064b50);
  it.each<[string, Uint8Array, string]>([
    ["what is no archive", new Uint8Array(50), "a.npz: has no zip directory at its end"],
    ["nothing", new Uint8Array(0), "a.npz: has no zip directory at its end"],
    ["an archive without its end", stored.subarray(0, end), "has no zip directory at its end"],
    ["one wrong bit", changed(stored, 170, stored[170] ^ 1), 'the data of "x.npy" in it is damaged: '],
    [
      "an encrypted file",
      changed(stored, first + 8, 1),
      '"x.npy" in it is encrypted: write the archive without a password',
    ],
    [
      "another method",
      changed(stored, first + 10, 12),
      "is packed by method 12; stored (0) and deflated (8) can be read",
    ],
    ["a directory elsewhere", changed(stored, zip64 + 48, 255, 255), "has no room in the file"],
    ["more files than the directory has room for", changed(stored, zip64 + 32, 255), "has no room in the file"],
    ["a file less than it says", changed(stored, zip64 + 32, 3), "ends after 2 of 3 files"],
    [
      "a record outside the file",
      changed(stored, end - 12, 255, 255, 255, 255, 255, 255, 255),
      "its zip64 record lies outside the file",
    ],
    ["no record where it says", changed(stored, end - 12, 0, 0), "has no zip64 record where it says"],
  ])("refuses %s", async (_, file, message) => {
    await expect(readNpz(file, { name: "a.npz" })).rejects.toThrow(message);
  });
});

describe("writeNpz", () => {
  const arrays = new Map<string, NpyArray>([
    ["blocks.0.0.weight", { shape: [4, 3], data: x }],
    ["num_batches_tracked", { shape: [], data: BigInt64Array.of(-(2n ** 40n)) }],
    ["Größe", { shape: [2, 0], data: new Float64Array() }],
    ["bytes", { shape: [3], data: Uint8Array.of(1, 2, 255) }],
  ]);

  it("writes what readNpz reads, the same bytes each time", async () => {
    const file = writeNpz(arrays);
    expect(await readNpz(file)).toEqual(arrays);
    expect(writeNpz(new Map(arrays))).toEqual(file);
    expect(await readNpz(writeNpz(new Map()))).toEqual(new Map());
  });

  const python = "/usr/bin/python3";
  const numpy = spawnSync(python, ["-c", "import numpy"]).status === 0;
  if (!numpy)
    console.warn(`skipped: writeNpz, as NumPy reads it. ${python} has no numpy: apt-get install python3-numpy`);
  it.skipIf(!numpy)("writes what NumPy reads, checksums and all", () => {
    const program = [
      "import io, sys, zipfile, numpy",
      "data = sys.stdin.buffer.read()",
      "assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None",
      "for name, array in numpy.load(io.BytesIO(data)).items():",
      "    print(name, array.dtype, list(array.shape), array.ravel().tolist())",
    ].join("\n");
    const { status, stdout, stderr } = spawnSync(python, ["-c", program], {
      input: writeNpz(arrays),
      encoding: "utf8",
      env: { ...process.env, PYTHONIOENCODING: "utf8" },
    });
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout.trim().split("\n")).toEqual([
      `blocks.0.0.weight float32 [4, 3] [${Array.from(x).map(float).join(", ")}]`,
      "num_batches_tracked int64 [] [-1099511627776]",
      "Größe float64 [2, 0] []",
      "bytes uint8 [3] [1, 2, 255]",
    ]);
  });

  it("refuses arrays that do not fit, and more than an archive holds", () => {
    expect(() => writeNpz(new Map([["a", { shape: [2], data: x }]]))).toThrow(
      "writeNpy: shape [2] holds 2 numbers, got 12",
    );
    const many = new Map(Array.from({ length: 65_536 }, (_, i) => [String(i), new Uint8Array()]));
    expect(() => storedZip("writeNpz", many)).toThrow(/^writeNpz: 65536 files of \d+ bytes are too many/);
  });
});

/** As Python shows it. */
function float(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

describe("crc32", () => {
  it("is zlib's, at once and in pieces", () => {
    const g = generator(3);
    const bytes = Uint8Array.from({ length: 999 }, () => g.below(256));
    for (let k = 0; k < 50; k++) {
      const [from, cut] = [g.below(999), g.below(999)].sort((a, b) => a - b);
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(from, cut)))).toBe(zlibs(bytes.subarray(from)));
    }
  });
});
