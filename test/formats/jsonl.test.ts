import { describe, expect, it } from "vitest";
import { type JsonlOptions, readJsonl } from "../../src/formats/index.ts";
import { JsonParser } from "../../src/formats/jsonl.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string, options: JsonlOptions = {}) => readJsonl(bytes(text), { name: "x.jsonl", ...options });
const four = { data: Float64Array.of(1, 2, 3, 4), shape: [2, 2], notes: [] };

describe("readJsonl", () => {
  it.each([
    ["arrays in lines", "[1, 2]\n[3, 4]\n"],
    ["empty lines and Windows' ends", "[1,2]\r\n\r\n[3,4]"],
    ["objects in lines", '{"embedding": [1, 2]}\n{"embedding": [3, 4]}\n'],
    ["one array", "[[1, 2], [3, 4]]\n"],
    ["one array over many lines", "[\n [1,\n 2],\n [3, 4]\n]\n\n"],
    ["one array of objects, with brackets in texts", '[{"x":[1,2]}, {"x":[3,4]}]'],
    ["UTF-8's mark", "\ufeff[1,2]\n[3,4]"],
  ])("takes %s", (_, text) => {
    expect(read(text)).toEqual(four);
  });

  it("takes labels from a field, and says which fields it left out", () => {
    const text = '{"id":7,"v":[1,2],"t":"a \\"]}"}\n{"id":8,"v":[3,4],"t":"b"}';
    for (const whole of [text, `[${text.replace("\n", ",")}]`]) {
      expect(read(whole, { labels: "t" })).toEqual({
        ...four,
        labels: ['a "]}', "b"],
        notes: ["left out, as it holds no coordinates: field id"],
      });
      expect(read(whole, { labels: "id", field: "v" }).labels).toEqual(["7", "8"]);
    }
  });

  it.each<[string, string, JsonlOptions, string]>([
    ["nothing", "\n", {}, "x.jsonl: holds no row of numbers"],
    ["what is no JSON", "[1,2]\n[3,4\n", {}, "x.jsonl: line 2, row 1: is not JSON ("],
    ["NaN", "[1,NaN]", {}, "x.jsonl: line 1, row 0: is not JSON (JSON has no NaN and no Infinity)"],
    ["null", "[1,2]\n[3,null]", {}, "x.jsonl: line 2, row 1, column 1: holds null, a finite number is needed"],
    ["a number beyond doubles", "[1e999]", {}, "row 0, column 0: holds Infinity"],
    ["a text", '[1,"2"]', {}, 'row 0, column 1: holds "2"'],
    ["rows of two lengths", "[1,2]\n[3]", {}, "line 2, row 1: holds 1 numbers, the first row 2"],
    ["an empty row", "[]", {}, "line 1, row 0: needs an array of numbers, got []"],
    [
      "two arrays",
      '{"a":[1],"b":[2]}',
      {},
      "needs one field of an array of numbers, found a, b of a, b: name the field (--key)",
    ],
    ["no array", '{"a":1}', {}, "found none of a"],
    ["a field that is absent", '{"a":[1]}', { field: "b" }, 'needs numbers in "b", got none'],
    ["a later row without it", '{"a":[1]}\n{"b":[1]}', {}, 'line 2, row 1: needs numbers in "a", got none'],
    [
      "labels that are absent",
      '{"a":[1]}',
      { labels: "b" },
      'field "b": needs a text or a number for a label, got none',
    ],
    ["labels of arrays", "[1]", { labels: "b" }, 'field "b": needs a text or a number for a label, got none'],
    ["a deep value", `[${"[".repeat(2e5)}${"]".repeat(2e5)}]`, { document: false }, "column 0: holds an array of 1"],
    ["a deep value for a row", `{"a":${'{"b":'.repeat(2e5)}1${"}".repeat(2e5)}}`, { field: "a" }, "got an object"],
    ["commas before the first row", "[,,[1,2],[3,4]]", { document: true }, "x.jsonl: row 0: is not JSON"],
    ["an array without an end", "[[1],[2]", {}, "x.jsonl: ends before its array does: it is truncated"],
    ["a comma too many", "[[1],]", {}, "x.jsonl: row 1: is not JSON"],
    ["something behind the array", "[[1]] x", {}, "x.jsonl: row 1: is not JSON"],
  ])("refuses %s", (_, text, options, message) => {
    expect(() => read(text, options)).toThrow(message);
  });

  it("gives the same a byte at a time", () => {
    for (const document of [false, true]) {
      const parser = new JsonParser({ document });
      const text = bytes(document ? '[{"ä":[1,2],"b":"\\"["},{"ä":[3,4]}]' : '{"ä":[1,2]}\n{"ä":[3,4]}');
      for (let at = 0; at < text.length; at++) parser.push(text.subarray(at, at + 1));
      const { rows } = parser.end();
      const data = new Float64Array(4);
      rows.read(0, rows.n, data);
      expect(data).toEqual(four.data);
    }
  });
});
