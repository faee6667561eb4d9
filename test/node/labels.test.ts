import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type NpyData, writeNpy } from "../../src/formats/index.ts";
import { type LabelsOptions, readLabels } from "../../src/node/index.ts";
import { fixture } from "./samples.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "align-uniform-"));
});
afterEach(() => rm(folder, { recursive: true }));

const npy = (data: NpyData, shape = [data.length]): Uint8Array => writeNpy({ shape, data });

async function read(content: Uint8Array | string, options: LabelsOptions = {}): Promise<readonly string[]> {
  await writeFile(join(folder, "labels"), content);
  return readLabels(join(folder, "labels"), options);
}

describe("readLabels", () => {
  it.each<[string, Uint8Array | string, LabelsOptions, string[]]>([
    ["lines", "cat\ndog\n\u00e4 b, c\n", {}, ["cat", "dog", "ä b, c"]],
    ["lines of numbers", "1\r\n0\r\n\r\n", {}, ["1", "0"]],
    ["a single line", "cat", {}, ["cat"]],
    ["lines in quotation marks", '"a ""b"""\n"c"\n', {}, ['a "b"', "c"]],
    ["64-bit integers", npy(BigInt64Array.of(-1n, 2n ** 62n)), {}, ["-1", `${2n ** 62n}`]],
    ["bytes in a column", npy(Uint8Array.of(3, 255), [2, 1]), {}, ["3", "255"]],
    ["whole doubles", npy(Float64Array.of(1, -2)), {}, ["1", "-2"]],
    ["NumPy's text", fixture("npz", "words"), {}, ["cat", "dog", "ä😀", "cat"]],
    ["NumPy's text, big-endian", fixture("npz", "words, big-endian"), {}, ["cat", "dog", "ä😀", "cat"]],
    ["an array of an archive", fixture("npz", "deflated"), { key: "words" }, ["cat", "dog", "ä😀", "cat"]],
    ["the only array of one dimension", fixture("npz", "zip64"), {}, ["3", "-1", "3", `${2 ** 40}`]],
    ["a JSON array", '["cat", 7, true]', {}, ["cat", "7", "true"]],
    ["JSON lines", '{"id": 1, "label": "cat"}\n{"label": 5}\n', { key: "label" }, ["cat", "5"]],
    ["a column of CSV", 'id,label\n1,cat\n2,"d, e"\n', { key: "label" }, ["cat", "d, e"]],
    ["a column of TSV by its number", "a\tcat\nb\tdog\n", { key: "1" }, ["cat", "dog"]],
    ["a column below a header by its number", "id,label\n7,cat\n8,dog\n", { key: "1" }, ["cat", "dog"]],
    ["gzip data", gzipSync("cat\ndog\n"), {}, ["cat", "dog"]],
  ])("takes %s", async (_, content, options, expected) => {
    expect(await read(content, options)).toEqual(expected);
  });

  it.each<[string, Uint8Array | string, LabelsOptions, string]>([
    ["a line that is empty", "a\n\nb\n", {}, ": line 2 is empty, a label a line is needed"],
    ["several columns", "a\tb\nc\td\n", {}, ": line 1 has several columns: name the one that holds the labels"],
    ["ends of lines from old Macs", "cat\rdog\r", {}, ": line 1 holds a carriage return: end lines with a newline"],
    ["JSON objects", '{"a":1}\n', {}, ": holds JSON objects: name the field of each that is its label"],
    [
      "a field that is absent",
      '{"a":1}\n{"b":1}\n',
      { key: "a" },
      ': line 2, field "a": needs a text or a number for a label, got none',
    ],
    ["lines that are no JSON", '{"a":1}\n{"a"\n', { key: "a" }, ": line 2: is not JSON ("],
    ["a JSON array of arrays", "[[1], [2]]", {}, ": row 0: needs a text or a number for a label, got an array of 1"],
    ["a JSON array without an end", '["a", "b"', {}, ": is not JSON ("],
    ["fractions", npy(Float32Array.of(0.5)), {}, ": row 0 holds 0.5: labels must be whole numbers or text"],
    [
      "two dimensions",
      npy(new Int8Array(4), [2, 2]),
      {},
      ": labels must be an array [n], got [2, 2]: save labels.ravel()",
    ],
    ["an absent column", "a,b\n1,2\n", { key: "c" }, ': has no column "c" for the labels'],
    ["text that is cut", fixture("npz", "words").subarray(0, 150), {}, "bytes, the file has 150"],
    [
      "a character that does not exist",
      fixture("npz", "words").with(131, 255),
      {},
      ": row 0 holds a character 4278190179, which does not exist",
    ],
    ["Parquet", "PAR1", {}, "not from parquet"],
    ["nothing", "", {}, "it starts with nothing"],
  ])("refuses %s", async (_, content, options, message) => {
    await expect(read(content, options)).rejects.toThrow(message);
  });
});
