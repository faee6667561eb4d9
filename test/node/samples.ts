import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { readNpy, writeNpy, writeSafetensors } from "../../src/formats/index.ts";
import { generator } from "../../src/ops/index.ts";

/** Made by `test/formats/make_fixtures.py`. */
interface Fixture {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly shape: number[];
  readonly data: string[];
}

/** The fixtures of a file, by name. */
export function fixtures(file: "npy" | "npz" | "parquet"): ReadonlyMap<string, Fixture> {
  const { cases } = JSON.parse(readFileSync(new URL(`../formats/${file}.json`, import.meta.url), "utf8")) as {
    cases: Fixture[];
  };
  return new Map(cases.map((fixture) => [fixture.name, fixture]));
}

/** The bytes of a fixture. */
export function fixture(file: "npy" | "npz" | "parquet", name: string): Uint8Array<ArrayBuffer> {
  const found = fixtures(file).get(name);
  if (found === undefined) throw new Error(`no fixture ${name} in ${file}.json`);
  return Uint8Array.from(Buffer.from(found.file, "base64"));
}

/** Rows of halves, quarters and so on, which every format holds exactly, and what each is called. */
export const rows: readonly number[][] = Array.from({ length: 9 }, (_, i) =>
  Array.from({ length: 4 }, (_, j) => (i - 4) / 2 + j / 8 + 0.0625),
);
export const labels: readonly string[] = rows.map((_, i) => ["cat", "dog", "äöü"][i % 3]);

/** A Parquet file of `rows` as lists, with their labels and numbers. */
export function parquetOf(
  options: Partial<Parameters<typeof parquetWriteBuffer>[0]> = {},
  lists: readonly (number[] | null)[] = rows,
): Uint8Array<ArrayBuffer> {
  const columnData: ColumnSource[] = [
    { name: "embedding", data: lists as number[][] },
    { name: "label", data: [...labels] },
    { name: "id", data: labels.map((_, i) => BigInt(i)) },
  ];
  return new Uint8Array(
    parquetWriteBuffer({
      schema: [
        { name: "root", num_children: 3 },
        { name: "embedding", repetition_type: "OPTIONAL", converted_type: "LIST", num_children: 1 },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        { name: "element", type: "FLOAT", repetition_type: "OPTIONAL" },
        { name: "label", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
        { name: "id", type: "INT64", repetition_type: "OPTIONAL" },
      ],
      columnData,
      rowGroupSize: 4,
      ...options,
    }),
  );
}

const flat = Float32Array.from(rows.flat());
const text = (delimiter: string): string => rows.map((row, i) => [labels[i], ...row].join(delimiter)).join("\n");
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

/** `rows` in every format. */
export const samples: Readonly<Record<string, Uint8Array>> = {
  npy: writeNpy({ shape: [9, 4], data: flat }),
  "npy.gz": Uint8Array.from(gzipSync(writeNpy({ shape: [9, 4], data: flat }))),
  safetensors: writeSafetensors(
    new Map([
      ["x", { shape: [9, 4], data: flat }],
      ["y", { shape: [9], data: BigInt64Array.from(rows, (_, i) => BigInt(i % 3)) }],
    ]),
  ),
  parquet: parquetOf(),
  jsonl: bytes(rows.map((embedding, i) => JSON.stringify({ id: i, label: labels[i], embedding })).join("\n")),
  json: bytes(JSON.stringify(rows, null, 1)),
  csv: bytes(`label,a,b,c,d\r\n${text(",").replaceAll("\n", "\r\n")}\r\n`),
  tsv: bytes(text("\t")),
  "csv.gz": Uint8Array.from(gzipSync(bytes(text(",")))),
  f32: new Uint8Array(flat.buffer),
};

/** Bits flipped, bytes cut off, put in, taken out or all ones, digits made many: one or two of these. */
export function damaged(file: Uint8Array, seed: number): Uint8Array<ArrayBuffer> {
  const g = generator(seed);
  let out = Uint8Array.from(file);
  for (let times = g.below(2); times >= 0; times--) {
    const end = [out.length, Math.min(out.length, 128), out.length][g.below(3)];
    const at = g.below(3) === 0 ? Math.max(0, out.length - 1 - g.below(128)) : g.below(Math.max(1, end)); // zip and Parquet end in what counts
    const splice = (removed: number, put: readonly number[]): void => {
      out = Uint8Array.from([...out.subarray(0, at), ...put, ...out.subarray(at + removed)]);
    };
    const kinds = [
      () => splice(1, [out[at] ^ (1 << g.below(8))]),
      () => splice(1, [out[at] ^ (1 << g.below(8))]),
      () => splice(out.length, []),
      () => splice(4, [255, 255, 255, 255]),
      () => splice(8, [255, 255, 255, 255, 255, 255, 255, 127]),
      () => splice(1 + g.below(9), []),
      () =>
        splice(
          0,
          Array.from({ length: 1 + g.below(9) }, () => g.below(256)),
        ),
      () => splice(1, [...bytes(["9", "0"][g.below(2)].repeat(1 + g.below(14)))]),
    ];
    kinds[g.below(kinds.length)]();
  }
  return out;
}

/** An array [n, d] as `readNpy` reads it, in doubles. */
export function npyNumbers(file: Uint8Array): number[] {
  return Array.from(readNpy(file).data as ArrayLike<number | bigint>, Number);
}
