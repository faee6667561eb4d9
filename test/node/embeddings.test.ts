import { appendFile, mkdtemp, open, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SafetensorsArray, writeNpy, writeSafetensors } from "../../src/formats/index.ts";
import { npzArrays } from "../../src/node/array-files.ts";
import { openFileSource } from "../../src/node/file-source.ts";
import { type EmbeddingsOptions, openEmbeddings } from "../../src/node/index.ts";
import { fixture, fixtures, labels, npyNumbers, rows, samples } from "./samples.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(name: string, content: Uint8Array | string): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

/** All that is told of a file, and its numbers, read in two parts. */
async function opened(path: string, options: EmbeddingsOptions = {}) {
  const { n, d, format, notes, labels, read, close } = await openEmbeddings(path, options);
  const out = new Float64Array(n * d);
  const first = Math.floor(n / 2);
  await read(first, n - first, out);
  out.copyWithin(first * d, 0, (n - first) * d);
  await read(0, first, out.subarray(0, first * d));
  await close();
  return { shape: [n, d], numbers: Array.from(out), format, notes, labels };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

const numbers = rows.flat();

describe("openEmbeddings", () => {
  it.each(Object.entries(samples))(
    "finds out %s, and reads it from a file and from standard input",
    async (kind, bytes) => {
      const format = kind.replace(".gz", "");
      const bare: EmbeddingsOptions = format === "f32" ? { format, dim: 4 } : {};
      const found = await opened(await put("a file", bytes), bare);
      expect(found).toMatchObject({ shape: [9, 4], numbers, format: kind });
      expect(await opened("-", { ...bare, stdin: pieces(bytes) })).toEqual(found);
      const again = kind.endsWith(".gz") ? bytes : gzipSync(bytes);
      expect(await opened(await put("b", again), bare)).toEqual({ ...found, format: `${format}.gz` });
    },
  );

  const arrays = [...fixtures("npy").values()].filter(
    ({ name, shape }) => shape.length === 2 && shape[0] > 0 && !name.startsWith("refused"),
  );
  it.each(arrays.map(({ name }) => name))("reads an .npy file %s where it lies", async (name) => {
    const file = fixture("npy", name);
    const { shape } = arrays.find((one) => one.name === name) ?? {};
    expect(await opened(await put("a.npy", file))).toEqual({
      shape,
      numbers: npyNumbers(file),
      format: "npy",
      notes: [],
      labels: undefined,
    });
  });

  it.each<[string, SafetensorsArray, number[]]>([
    ["F64", { shape: [1, 2], data: Float64Array.of(0.1, -2) }, [0.1, -2]],
    ["I64", { shape: [2, 1], data: BigInt64Array.of(-3n, 2n ** 40n) }, [-3, 2 ** 40]],
    ["U8", { shape: [1, 3], data: Uint8Array.of(1, 2, 255) }, [1, 2, 255]],
    ["I16", { shape: [3, 1], data: Int16Array.of(-1, 2, 255) }, [-1, 2, 255]],
  ])("reads safetensors of %s", async (_, array, expected) => {
    const file = await put("a.safetensors", writeSafetensors(new Map([["w", array]])));
    expect(await opened(file)).toMatchObject({ shape: array.shape, numbers: expected });
  });

  it.each([
    ["F16", [0x3c00, 0xc100], [1, -2.5]],
    ["BF16", [0x3f80, 0xc020], [1, -2.5]],
  ] as const)("reads safetensors of %s", async (dtype, bits, expected) => {
    const header = JSON.stringify({ w: { dtype, shape: [1, 2], data_offsets: [0, 4] } });
    const length = new Uint8Array(BigUint64Array.of(BigInt(header.length)).buffer);
    const data = new Uint8Array(Uint16Array.from(bits).buffer);
    const file = await put("a.safetensors", Buffer.concat([length, Buffer.from(header), data]));
    expect((await opened(file)).numbers).toEqual(expected);
  });

  it("takes the only array of two dimensions, or the one that is named, and labels from another", async () => {
    const x = Array.from({ length: 12 }, (_, k) => (k - 5.5) / 8);
    for (const kind of ["stored", "deflated", "zip64"]) {
      const file = await put("a.npz", fixture("npz", kind));
      expect(await opened(file, { labels: "y" })).toEqual({
        shape: [4, 3],
        numbers: x,
        format: "npz",
        notes: [],
        labels: ["3", "-1", "3", `${2 ** 40}`],
      });
      expect(await opened(file, { key: "x" })).toMatchObject({ numbers: x, labels: undefined });
      if (kind !== "zip64")
        expect((await opened(file, { labels: "words" })).labels).toEqual(["cat", "dog", "ä😀", "cat"]);
    }
    expect((await opened(await put("s", samples.safetensors), { labels: "y" })).labels).toEqual(
      rows.map((_, i) => `${i % 3}`),
    );
  });

  it.each(["csv", "parquet", "jsonl"])("takes labels from a column of %s", async (kind) => {
    const found = await opened(await put("a", samples[kind]), { labels: "label" });
    expect([found.labels, found.numbers]).toEqual([labels, numbers]);
  });

  const two = writeSafetensors(new Map([["a", { shape: [1, 2], data: Float32Array.of(1, 2) }], ["b", { shape: [2, 1], data: Float32Array.of(1, 2) }]])); // biome-ignore format: short
  const npy = (...shape: number[]): Uint8Array =>
    writeNpy({ shape, data: new Float32Array(shape.reduce((p, n) => p * n, 1)) });
  it.each<[string, Uint8Array | string, EmbeddingsOptions, string]>([
    [
      "nothing",
      "",
      {},
      ": is none of npy, npz, safetensors, parquet, jsonl, json, csv, tsv, f32, f64; it starts with nothing, the file is empty",
    ],
    ["HDF5", Uint8Array.of(0x89, 72, 68, 70, 13), {}, "it starts with HDF5: save the array with numpy.save"],
    [
      "bare numbers that nobody told of",
      samples.f32,
      {},
      "it starts with the bytes 0000f8bf0000e8bf; bare numbers need --format f32 or f64, and --dim",
    ],
    ["UTF-16", Uint8Array.of(255, 254, 49, 0), {}, "text in UTF-16: save it as UTF-8"],
    ["an unknown format", "1", { format: "xml" as "csv" }, 'openEmbeddings: unknown format "xml"'],
    [
      "dim for a file that has its own",
      "1,2",
      { dim: 2 },
      ": dim is for bare numbers, f32 and f64; rows of csv have the length they have",
    ],
    ["a misspelt option", "1", { dims: 3 } as EmbeddingsOptions, 'unknown option "dims"'],
    [
      "an array of one dimension",
      npy(3),
      {},
      ": needs an array [n, d], one row a sample, got [3]: save x.reshape(len(x), -1)",
    ],
    ["an array of three", npy(2, 2, 2), {}, "got [2, 2, 2]: save x.reshape(len(x), -1)"],
    ["no rows", npy(0, 4), {}, ": needs rows of 1..8388608 numbers, and at least one, got [0, 4]"],
    ["a key in an .npy file", npy(1, 2), { key: "x" }, ': npy holds one array without a name, so there is no "x"'],
    [
      "two arrays",
      two,
      {},
      ': needs one array of 2 dimensions, holds "a" [1, 2], "b" [2, 1]: name the one that is meant (--key)',
    ],
    ["a key that is absent", two, { key: "c" }, ': needs one array "c", holds "a" [1, 2], "b" [2, 1]: name another'],
    ["labels of two dimensions", two, { key: "a", labels: "b" }, '"b" holds 2 labels for 1 rows: needs as many'],
    [
      "half a number",
      samples.f32.subarray(1),
      { format: "f32", dim: 4 },
      ": 143 bytes are no whole number of rows of 4 f32, 16 bytes each",
    ],
    [
      "bare numbers without dim",
      samples.f32,
      { format: "f32" },
      "bare numbers need dim (--dim), how many make a row, a whole number >= 1, got undefined",
    ],
    ["a key in CSV", "1,2", { key: "a" }, 'so there is no "a"'],
    [
      "a zip archive of something else",
      fixture("npz", "zip64").map((byte, k, all) => (byte === 110 && all[k + 1] === 112 ? 109 : byte)),
      {},
      ": is a zip archive without an .npy file",
    ],
    ["labels that are no integers", writeSafetensors(new Map([["x", { shape: [1, 1], data: Float32Array.of(1) }], ["y", { shape: [1], data: Float32Array.of(0.5) }]])), { labels: "y" }, '"y": row 0 holds 0.5: labels must be whole numbers or text'], // biome-ignore format: long
  ])("refuses %s", async (_, content, options, message) => {
    const path = await put("a file", content);
    await expect(openEmbeddings(path, options)).rejects.toThrow(message);
  });

  it("names files that are not there, folders, and standard input where there is none", async () => {
    await expect(openEmbeddings(join(folder, "none"))).rejects.toThrow(`cannot read ${join(folder, "none")}: ENOENT`);
    await expect(openEmbeddings(folder)).rejects.toThrow(`${folder}: is a folder, a file is needed`);
    await expect(openEmbeddings("-")).rejects.toThrow("standard input: is not to be had here");
    await expect(openEmbeddings("-", { stdin: pieces(Uint8Array.of(0, 1)) })).rejects.toThrow(
      "standard input: is none of",
    );
  });

  it("reads no header of an archive but of the arrays that are named", async () => {
    const path = await put("a.npz", fixture("npz", "deflated"));
    const source = await openFileSource(path);
    const arrays = await npzArrays(source, path, ["x"]);
    await source.close();
    expect(arrays.map(({ key }) => key)).toEqual(["x"]);
    await expect(opened(path, { key: "none" })).rejects.toThrow('"x" [4, 3]');
  });

  it("takes no tab inside of quotation marks for the delimiter", async () => {
    expect(await opened(await put("a.csv", '"a\tb",c\n1,2\n3,4\n'))).toMatchObject({ shape: [2, 2], format: "csv" });
  });

  it("refuses rows of text that no array may have", async () => {
    const path = await put("a.csv", `${"1,".repeat(2 ** 23)}1\n`);
    await expect(openEmbeddings(path)).rejects.toThrow(
      "needs rows of 1..8388608 numbers, and at least one, got [1, 8388609]",
    );
  });

  it("holds no more than 2 GiB of standard input", async () => {
    const piece = new Uint8Array(2 ** 26).fill(49);
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (let k = 0; k < 100; k++) yield piece;
    };
    await expect(openEmbeddings("-", { stdin: endless() })).rejects.toThrow(
      "standard input: holds more than 2147483648 bytes: write it to a file",
    );
  });

  it("tells a file that changes while it is decompressed from damaged data", async () => {
    const path = await put("a.csv.gz", gzipSync("1,2\n".repeat(100_000)));
    const opening = openEmbeddings(path);
    await utimes(path, 1, 1);
    await opening.then(
      ({ close }) => close(), // it was faster
      (error: Error) =>
        expect(error.message).toBe(
          `${path}: has changed since it was opened: begin again when nothing writes to it any more`,
        ),
    );
  });

  it("notices a file that is cut, changed or added to while it is read", async () => {
    const out = new Float64Array(36);
    for (const [change, message] of [
      [
        (path: string) => truncate(path, 200),
        ": ends at byte 200 of the 272 it had when it was opened: it was cut since",
      ],
      [(path: string) => appendFile(path, "x"), ": has changed since it was opened: begin again"],
      [(path: string) => utimes(path, 1, 1), ": has changed since it was opened"],
    ] as const) {
      const path = await put("a.npy", samples.npy);
      const file = await openEmbeddings(path);
      await file.read(0, 9, out);
      await change(path);
      await expect(file.read(0, 9, out)).rejects.toThrow(`${path}${message}`);
      await file.close();
    }
  });

  it("reads a file of 8 GiB where it lies: here one that is a hole but for its header and last row", async () => {
    const [n, d] = [2 ** 21, 1024];
    const path = join(folder, "large.npy");
    const header = Buffer.from(writeNpy({ shape: [0, d], data: new Float32Array(0) }))
      .toString("latin1")
      .replace(/\(0, 1024\)(, \})( {7})/, `(${n}, 1024)$1`);
    const file = await open(path, "w");
    await file.write(Buffer.from(header.replace(/ *\n$/, "").padEnd(127), "latin1"), 0, 127, 0);
    await file.write("\n", 127);
    await file.write(
      Buffer.from(Float32Array.from({ length: d }, (_, j) => j).buffer),
      0,
      4 * d,
      128 + 4 * d * (n - 1),
    );
    await file.close();
    const source = await openEmbeddings(path);
    const out = new Float64Array(3 * d);
    await source.read(n - 3, 3, out);
    expect([source.n, source.d, out[2 * d - 1], out[2 * d], out[3 * d - 1]]).toEqual([n, d, 0, 0, d - 1]);
    await source.close();
  });
});
