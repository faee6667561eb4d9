import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parquetMetadata, parquetReadObjects, parquetSchema } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddingsOptions, openEmbeddings } from "../../src/node/index.ts";
import { damaged, fixture, samples } from "./samples.ts";

/** DAMAGED=10000 tries so many files in all. */
const total = Number(process.env.DAMAGED ?? 450);

/** DAMAGED_SEED=1000000 tries others. */
const firstSeed = Number(process.env.DAMAGED_SEED ?? 0);

/** Where survivors go, for NumPy to judge: see CONTRIBUTING.md. */
const kept = process.env.DAMAGED_KEEP;

interface Sample {
  readonly file: Uint8Array;
  readonly options?: EmbeddingsOptions;
  /** The numbers of a file that was opened, read another way; undefined where that cannot be told. */
  readonly expected?: (bytes: Uint8Array, n: number, d: number) => readonly number[] | Promise<readonly number[]>;
}

const words = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** Elements behind a header, by what it says of them. */
function elements(bytes: Uint8Array, start: number, count: number, code: string, little: boolean): number[] {
  const view = words(bytes);
  const width = code === "b1" ? 1 : Number(/\d+$/.exec(code)?.[0]);
  const read: Record<string, (at: number) => number | bigint> = {
    f2: (at) => half(view.getUint16(at, little)),
    f4: (at) => view.getFloat32(at, little),
    f8: (at) => view.getFloat64(at, little),
    i1: (at) => view.getInt8(at),
    i2: (at) => view.getInt16(at, little),
    i4: (at) => view.getInt32(at, little),
    i8: (at) => view.getBigInt64(at, little),
    u1: (at) => view.getUint8(at),
    b1: (at) => view.getInt8(at),
    u2: (at) => view.getUint16(at, little),
    u4: (at) => view.getUint32(at, little),
    u8: (at) => view.getBigUint64(at, little),
  };
  return Array.from({ length: count }, (_, k) => Number(read[code](start + k * width)));
}

function half(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size =
    exponent === 31
      ? fraction
        ? Number.NaN
        : 1 / 0
      : exponent
        ? (1 + fraction / 1024) * 2 ** (exponent - 15)
        : fraction * 2 ** -24;
  return bits >> 15 ? -size : size;
}

function npy(bytes: Uint8Array, n: number, d: number): number[] {
  const start = bytes[6] === 1 ? 10 + words(bytes).getUint16(8, true) : 12 + words(bytes).getUint32(8, true);
  const header = latin1(bytes.subarray(0, start));
  const [, order, code] = /descr.: .([<>=|])(\w\d)/.exec(header) ?? [];
  const values = elements(bytes, start, n * d, code, order !== ">");
  const fortran = /fortran_order.: True/.test(header);
  return fortran ? values.map((_, k) => values[(k % d) * n + Math.floor(k / d)]) : values;
}

function safetensors(bytes: Uint8Array, n: number, d: number): number[] {
  const start = 8 + Number(words(bytes).getBigUint64(0, true));
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: number[] }> = JSON.parse(
    new TextDecoder().decode(bytes.subarray(8, start)),
  );
  const { dtype, data_offsets } =
    Object.values(header).find(({ shape }) => shape?.length === 2) ?? Object.values(header)[0];
  return elements(
    bytes,
    start + data_offsets[0],
    n * d,
    dtype.toLowerCase().replace(/\d+$/, (bits) => `${Number(bits) / 8}`),
    true,
  );
}

/** What the fixtures' archives hold: checksums let nothing else pass. */
const inArchive = Array.from({ length: 12 }, (_, k) => (k - 5.5) / 8);

function lines(bytes: Uint8Array, delimiter: string): number[] {
  const cells = new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .filter((line) => line.trim())
    .map((line) => line.split(delimiter));
  return cells
    .flatMap((row) => row.map((cell) => cell.replace(/^\s*"|"\s*$/g, "")))
    .map((cell) => (cell.trim() === "" ? Number.NaN : Number(cell)));
}

function ofJson(bytes: Uint8Array): number[] {
  const text = new TextDecoder().decode(bytes).trim();
  const values: unknown[] = /^\[\s*\[/.test(text) ? JSON.parse(text) : text.split("\n").map((line) => JSON.parse(line));
  return values.flatMap((value) =>
    Array.isArray(value) ? value : Object.values(value as object).find((v) => Array.isArray(v)),
  );
}

async function parquet(bytes: Uint8Array, n: number, d: number): Promise<number[]> {
  const file = Uint8Array.from(bytes).buffer;
  const [first] = parquetSchema(parquetMetadata(file)).children; // its name may be damaged too
  const found = await parquetReadObjects({ file, columns: [first.element.name] });
  const row = (object: Record<string, unknown>): number[] =>
    Object.values(object).find((v) => Array.isArray(v)) as number[];
  expect([found.length, row(found[0]).length]).toEqual([n, d]);
  return found.flatMap(row);
}

const tried: Readonly<Record<string, Sample>> = {
  npy: { file: samples.npy, expected: npy },
  "npy, column-major doubles, big-endian": { file: fixture("npy", ">f8, column-major"), expected: npy },
  "npy of halves": { file: fixture("npy", "<f2"), expected: npy },
  "npy of 64-bit integers": { file: fixture("npy", ">i8"), expected: npy },
  "npy of version 3": { file: fixture("npy", "version 3"), expected: npy },
  "npy.gz": { file: samples["npy.gz"], expected: (bytes, n, d) => npy(Uint8Array.from(gunzipSync(bytes)), n, d) },
  safetensors: { file: samples.safetensors, options: { labels: "y" }, expected: safetensors },
  "npz, stored": { file: fixture("npz", "stored"), expected: () => inArchive },
  "npz, deflated": { file: fixture("npz", "deflated"), options: { labels: "words" }, expected: () => inArchive },
  "npz with wide numbers": { file: fixture("npz", "zip64"), expected: () => inArchive },
  f32: {
    file: samples.f32,
    options: { format: "f32", dim: 4 },
    expected: (bytes, n, d) => elements(bytes, 0, n * d, "f4", true),
  },
  csv: { file: samples.csv, options: { labels: "label" } },
  numbers: {
    file: new TextEncoder().encode(new TextDecoder().decode(samples.tsv).replace(/^\S+\t/gm, "")),
    expected: (bytes) => lines(bytes, "\t"),
  },
  "csv.gz": { file: samples["csv.gz"] },
  jsonl: { file: samples.jsonl, options: { labels: "label" }, expected: ofJson },
  json: { file: samples.json, expected: ofJson },
  parquet: { file: samples.parquet, options: { labels: "label" }, expected: parquet },
  "parquet with pages of version 1": { file: fixture("parquet", "lists, SNAPPY"), expected: parquet },
  "parquet that is not packed": { file: fixture("parquet", "lists, UNCOMPRESSED"), expected: parquet },
  ...Object.fromEntries(
    ["GZIP", "ZSTD", "BROTLI", "LZ4_RAW"].map((codec) => [
      `parquet, ${codec}`,
      { file: fixture("parquet", `lists, ${codec}`) },
    ]),
  ),
};

/** For a file that damage has made one of another format. */
const byFormat: Readonly<Record<string, Sample["expected"]>> = {
  npy,
  safetensors,
  parquet,
  csv: (bytes) => lines(bytes, ","),
  tsv: (bytes) => lines(bytes, "\t"),
  jsonl: ofJson,
  json: ofJson,
};

let folder: string;
let largest = 0;
const arrays = { Uint8Array, Uint16Array, Uint32Array, Int32Array, Float32Array, Float64Array, ArrayBuffer };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
  for (const [name, Kind] of Object.entries(arrays)) {
    const width = "BYTES_PER_ELEMENT" in Kind ? Kind.BYTES_PER_ELEMENT : 1;
    const watched = new Proxy(Kind, {
      construct(target, args, made) {
        if (typeof args[0] === "number") largest = Math.max(largest, args[0] * width);
        return Reflect.construct(target, args, made);
      },
    });
    Object.assign(globalThis, { [name]: watched });
  }
});
afterAll(async () => {
  Object.assign(globalThis, arrays);
  await rm(folder, { recursive: true });
});

describe("damaged files", () => {
  const each = Math.ceil(total / Object.keys(tried).length);
  it.each(Object.entries(tried))(
    "of %s end in an error that says what is wrong, or give the numbers that are there",
    async (kind, sample) => {
      const counts = { refused: 0, read: 0 };
      let format = ""; // of the file before it is damaged
      for (let k = 0; k < each; k++) {
        const seed = k === 0 ? 0 : firstSeed + k;
        const bytes = seed === 0 ? sample.file : damaged(sample.file, seed);
        const name = join(kept ?? folder, `${kind.replaceAll(/\W+/g, "-")}.${seed}`);
        await writeFile(name, bytes);
        largest = 0;
        const start = performance.now();
        const outcome = await numbersOf(name, sample.options).catch((error: Error) => error);
        expect(performance.now() - start, `time of ${kind} ${seed}`).toBeLessThan(5000);
        expect(largest, `room for ${kind} ${seed}`).toBeLessThan(kind.endsWith("BROTLI") ? 17_000_000 : 5_000_000); // its window: 16 MiB
        if (outcome instanceof Error) {
          counts.refused++;
          expect(seed, outcome.stack).toBeGreaterThan(0);
          expect(outcome.message.slice(0, name.length + 2), `${kind} ${seed}: ${outcome.stack}`).toBe(`${name}: `);
          expect(outcome.message.slice(name.length + 2), `${kind} ${seed}`).toMatch(/^.{20,2000}$/s);
          expect(outcome.message, `${kind} ${seed}`).not.toMatch(
            /undefined|is not a function|Invalid (array|typed)|Offset is outside/,
          );
          if (!kept) await rm(name);
          continue;
        }
        counts.read++;
        const { n, d, numbers } = outcome;
        if (k === 0) format = outcome.format;
        const oracle = outcome.format === format ? sample.expected : byFormat[outcome.format];
        expect(numbers.length).toBe(n * d);
        const expected = await oracle?.(bytes, n, d);
        // Text where the first row has it may be a column of texts: left out, with a note.
        if (expected?.some(Number.isNaN) && outcome.notes.length > 0) continue;
        if (expected) expect(numbers, `${kind} ${seed}`).toEqual(Array.from(expected));
        else expect(numbers.every(Number.isFinite), `${kind} ${seed}`).toBe(true);
        if (kept) await writeFile(`${name}.json`, JSON.stringify({ n, d, numbers: numbers.map(String) }));
        else await rm(name);
      }
      if (total > 1000) console.log(`${kind}: ${counts.refused} refused, ${counts.read} read`);
      expect(counts.refused).toBeGreaterThan(0);
    },
    600_000,
  );
});

/** What an undamaged reading gives. */
interface Read {
  readonly format: string;
  readonly n: number;
  readonly d: number;
  readonly numbers: number[];
  readonly notes: readonly string[];
}

describe("headers that promise what no file holds", () => {
  const text = (content: string): Uint8Array => Uint8Array.from(content, (c) => c.charCodeAt(0));
  const npyOf = (shape: string): Uint8Array => {
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}}`;
    return text(`\x93NUMPY\x01\x00${String.fromCharCode(header.length)}\x00${header}abcd`);
  };
  const tensors = (entry: object): Uint8Array => {
    const header = JSON.stringify({ x: entry });
    return text(`${String.fromCharCode(header.length)}${"\0".repeat(7)}${header}abcd`);
  };
  it.each([
    ["an .npy file of 2^40 rows", npyOf("(1099511627776, 4)")],
    ["an .npy file of 2^53 rows and columns", npyOf("(9007199254740991, 9007199254740991)")],
    ["an .npy header of 4 GB", text("\x93NUMPY\x02\x00\xff\xff\xff\xff{}")],
    ["a row of 2^40 numbers", npyOf("(1, 1099511627776)")],
    ["safetensors of 2^40 rows", tensors({ dtype: "F32", shape: [2 ** 40, 4], data_offsets: [0, 2 ** 44] })],
    ["safetensors of no rows of 2^52", tensors({ dtype: "F32", shape: [0, 2 ** 52], data_offsets: [0, 0] })],
    ["a safetensors header of 90 MB", text(`\xff\xff\xff\x04\0\0\0\0{}`)],
    [
      "a zip directory of 4 GB",
      text(`PK\x03\x04${"\0".repeat(40)}PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0`),
    ],
    ["Parquet metadata of 4 GB", text("PAR1abcd\xff\xff\xff\xffPAR1")],
  ])("end at once: %s", async (_, bytes) => {
    const name = join(folder, "lying");
    await writeFile(name, bytes);
    largest = 0;
    const start = performance.now();
    await expect(openEmbeddings(name)).rejects.toThrow(`${name}: `);
    expect(performance.now() - start).toBeLessThan(1000);
    expect(largest).toBeLessThan(1_000_000);
  });
});

async function numbersOf(path: string, options?: EmbeddingsOptions): Promise<Read> {
  const file = await openEmbeddings(path, options);
  try {
    const { n, d } = file;
    if (options?.labels) expect(file.labels?.length).toBe(n);
    const out = new Float64Array(n * d);
    await file.read(0, n, out);
    return { format: file.format, n, d, numbers: Array.from(out), notes: file.notes };
  } finally {
    await file.close();
  }
}
