import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it, vi } from "vitest";
import { readParquet } from "../../src/formats/index.ts";
import { fixture, fixtures, labels, parquetOf, rows } from "../node/samples.ts";

const read = { data: Float64Array.from(rows.flat()), shape: [9, 4] };
const without = (...names: string[]): string[] => [
  `left out, as ${names.length === 1 ? "it holds" : "they hold"} no coordinates: column ${names.join(", ")}`,
];
const columns = (columnData: Parameters<typeof parquetWriteBuffer>[0]["columnData"]): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ columnData }));

describe("readParquet", () => {
  it.each([...fixtures("parquet").keys()].filter((name) => name.startsWith("lists")))(
    "reads %s as Arrow writes them, with texts or integers for labels",
    async (name) => {
      const file = fixture("parquet", name);
      expect(await readParquet(file)).toEqual({ ...read, notes: without("label", "id") });
      expect(await readParquet(file, { labels: "label" })).toEqual({ ...read, labels, notes: without("id") });
      const { labels: numbers } = await readParquet(file, { labels: "id", column: "embedding" });
      expect(numbers).toEqual(labels.map((_, i) => `${i}`));
    },
  );

  it.each(["SNAPPY", "UNCOMPRESSED"] as const)("reads pages of version 2, %s", async (codec) => {
    expect(await readParquet(parquetOf({ codec }), { labels: "label" })).toEqual({
      ...read,
      labels,
      notes: without("id"),
    });
  });

  it("takes columns of floats for coordinates, and columns of integers where there are none", async () => {
    expect(await readParquet(fixture("parquet", "columns"))).toEqual({
      data: Float64Array.from(rows.flatMap((row) => row.slice(0, 2))),
      shape: [9, 2],
      notes: without("label", "n"),
    });
    const integers = columns([
      { name: "a", data: [1, 3], type: "INT32" },
      { name: "b", data: [2n, 4n], type: "INT64" },
      { name: "t", data: ["x", "y"] },
    ]);
    expect(await readParquet(integers, { labels: "t" })).toEqual({
      data: Float64Array.of(1, 2, 3, 4),
      shape: [2, 2],
      labels: ["x", "y"],
      notes: [],
    });
  });

  it.each<[string, Uint8Array, Parameters<typeof readParquet>[1], string]>([
    [
      "an absent column",
      parquetOf(),
      { column: "x" },
      'has no column "x" for the rows; it has "embedding" (list), "label" (no numbers), "id" (integer)',
    ],
    ["absent labels", parquetOf(), { labels: "x" }, 'has no column "x" for the labels'],
    ["labels that are lists", parquetOf(), { labels: "embedding" }, 'column "embedding" holds several values a row'],
    ["rows of texts", parquetOf(), { column: "label" }, "needs a column of lists of numbers or columns of numbers"],
    [
      "a row that is null",
      parquetOf({}, rows.with(5, null as unknown as number[])),
      {},
      'a: row 5 of column "embedding": is null, a list is needed',
    ],
    [
      "a shorter row",
      parquetOf({}, rows.with(7, [1])),
      {},
      'row 7 of column "embedding": holds 1 numbers, the first row 4',
    ],
    ["NaN", parquetOf({}, rows.with(3, [1, 2, Number.NaN, 4])), {}, "a: row 3, column 2: holds NaN"],
    [
      "a null in a column",
      columns([{ name: "v", data: [1.5, null, 2] as number[], type: "DOUBLE" }]),
      {},
      'a: row 1, column 0 "v": holds null, a finite number is needed',
    ],
    ["nothing", new Uint8Array(0), {}, "a: is damaged or not Parquet as hyparquet reads it"],
    [
      "half a file",
      parquetOf().subarray(0, 500),
      {},
      "a: is damaged or not Parquet as hyparquet reads it (parquet file invalid (footer != PAR1)): get it again",
    ],
  ])("refuses %s", async (_, file, options, message) => {
    await expect(readParquet(file, { name: "a", ...options })).rejects.toThrow(message);
  });

  it.each<[string, Parameters<typeof parquetWriteBuffer>[0]["columnData"], string | number]>([
    [
      "many equal numbers in a small file",
      [{ name: "v", data: new Int32Array(2 ** 24 + 1) as unknown as number[], type: "INT32" }],
      "promises 16777217 values",
    ],
    [
      "texts that share what came before",
      [{ name: "t", data: ["a", "b"], encoding: "DELTA_BYTE_ARRAY" }],
      "DELTA_BYTE_ARRAY: write it with plain or dictionary encoding",
    ],
    ["texts behind their lengths", [{ name: "t", data: ["a", "b"], encoding: "DELTA_LENGTH_BYTE_ARRAY" }], 2],
    ["differences", [{ name: "t", data: [1, 2], encoding: "DELTA_BINARY_PACKED", type: "INT32" }], 2],
  ])("bounds what %s may become", async (_, data, outcome) => {
    const one: (typeof data)[number] = { name: "x", data: [1, 2], type: "DOUBLE" };
    const file = columns(data[0].name === "v" ? data : [one, ...data]);
    const options = { name: "a", ...(data[0].name === "t" && { labels: "t" }) };
    if (typeof outcome === "string") await expect(readParquet(file, options)).rejects.toThrow(outcome);
    else expect((await readParquet(file, options)).labels).toHaveLength(outcome);
  });

  it("refuses differences in more parts than a page has bytes", async () => {
    const file = columns([
      { name: "x", data: [1, 2], type: "DOUBLE" },
      { name: "t", data: [1n, 2n], encoding: "DELTA_BINARY_PACKED", type: "INT64" },
    ]);
    const at = file.findIndex((byte, k) => byte === 0x80 && file[k + 1] === 1 && file[k + 2] === 4); // 128 in 4 parts
    expect(at).toBeGreaterThan(0);
    file[at + 2] = 0xff;
    await expect(readParquet(file, { name: "a", labels: "t" })).rejects.toThrow("the counts do not add up");
  });

  it("reads many row groups in time that grows as they do", async () => {
    const rows = 32_000;
    const data = Array.from({ length: rows }, (_, i) => i + 0.5);
    const file = new Uint8Array(
      parquetWriteBuffer({ columnData: [{ name: "v", data, type: "DOUBLE" }], rowGroupSize: 1 }),
    );
    const start = performance.now();
    expect((await readParquet(file)).shape).toEqual([rows, 1]);
    expect(performance.now() - start).toBeLessThan(6000);
  });

  it("says which package is missing", async () => {
    for (const [missing, file] of [
      ["hyparquet", parquetOf()],
      ["hyparquet-compressors", fixture("parquet", "lists, ZSTD")],
    ] as const) {
      vi.doMock(missing, () => {
        throw new Error("not found");
      });
      await expect(readParquet(file, { name: "a.parquet" })).rejects.toThrow(
        `a.parquet: reading this Parquet file needs the package ${missing}: npm i ${missing}`,
      );
      await vi.dynamicImportSettled(); // the first of three imports has failed; those that still run would undo what follows
      vi.doUnmock(missing);
    }
  });
});
