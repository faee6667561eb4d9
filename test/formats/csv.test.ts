import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CsvParser } from "../../src/formats/csv.ts";
import { parseDecimal } from "../../src/formats/decimal.ts";
import { type CsvOptions, readCsv } from "../../src/formats/index.ts";
import { fixtures } from "../node/samples.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string, options: CsvOptions = {}) => readCsv(bytes(text), { name: "x.csv", ...options });
const four = { data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] };

describe("readCsv", () => {
  it.each([
    ["commas", "1,2\n3,4\n"],
    ["semicolons", "1;2\n3;4"],
    ["tabs", "1\t2\n3\t4\n"],
    ["runs of spaces and tabs", "  1   2 \n3 \t 4\n"],
    ["spaces around fields, signs, points and exponents", " 1 , +2e0\n.3e1,4.\n"],
    ["ends of lines from Windows, and empty lines", "\r\n1,2\r\n\r\n3,4\r\n\r\n"],
    ["UTF-8's mark", "\ufeff1,2\n3,4"],
    ["quotation marks", '"1","2"\n"3", "4" \n'],
    ["a header", "a,b\n1,2\n3,4\n"],
    ["a header in quotation marks, with commas", '"a, b","c"\n1,2\n3,4\n'],
  ])("takes %s", (_, text) => {
    expect(read(text)).toEqual({ ...four, notes: [] });
  });

  it("reads what numpy.savetxt writes, header and footer aside", () => {
    const { text = "", data = [] } = fixtures("npz").get("savetxt") ?? {};
    expect(read(text)).toEqual({
      data: Float64Array.from(data, Number),
      shape: [4, 3],
      notes: ["passed over 2 lines that start with #"],
    });
  });

  it("leaves out columns of texts and says so, or takes one for labels, by name or number", () => {
    const text = 'id,a,word,b\nx1,1,cat,2\nx2,3,"dog, ""big""\nor small",4\n';
    expect(read(text)).toEqual({ ...four, notes: ["left out, as they hold no coordinates: column id, word"] });
    for (const labels of ["word", "2"]) {
      expect(read(text, { labels })).toEqual({
        ...four,
        labels: ["cat", 'dog, "big"\nor small'],
        notes: ["left out, as it holds no coordinates: column id"],
      });
    }
  });

  it("takes a column of numbers for labels where it is named, and warns of one that is not", () => {
    const text = "a,b,label\n1,2,7\n3,4,8\n";
    expect(read(text, { labels: "label" })).toEqual({ ...four, labels: ["7", "8"], notes: [] });
    expect(read(text)).toEqual({
      data: Float64Array.of(1, 2, 7, 3, 4, 8),
      shape: [2, 3],
      notes: ["took column label for a coordinate, as it holds numbers"],
    });
  });

  it("reads what pandas writes: numbers for names, and row numbers in front", () => {
    const named = ["took the first line, 0, 1, ... 1, for the columns' names"];
    expect(read(",0,1\n0,1,2\n1,3,4\n")).toEqual({
      ...four,
      notes: [...named, "left out, as it holds no coordinates: column 0"],
    });
    expect(read("0,1,2\n1,2,3\n").shape).toEqual([1, 3]);
    expect(read("label,0,1\na,1,2\nb,3,4\n", { labels: "label" })).toEqual({
      ...four,
      labels: ["a", "b"],
      notes: named,
    });
    const doubt = ["took the first line, 0, 1, ... 1, for a row, though it may name the columns"];
    expect(read("0,1\n1,2\n")).toMatchObject({ shape: [2, 2], notes: doubt }); // too little to tell
    expect(read("0,1\n1,2\n", { header: false }).notes).toEqual([]);
    expect(read("0,1,2\n1,2,3\n", { header: false }).shape).toEqual([2, 3]);
  });

  it.each([
    ["in comments", '1,2\n# 5" a\n3,4\n5,6\n# 6" b\n7,8\n', {}, [4, 2]],
    ["inside fields", '5" disk,1,2\n6" disk,3,4\n7" disk,5,6\n8" disk,7,8\n', {}, [4, 2]],
    ["behind fields in marks", '"5" disk,1,2\n"6" disk,3,4\n', {}, [2, 2]],
    ["in comments between semicolons", '1;2\n# ";"\n3;4\n', {}, [2, 2]],
  ])("loses no row where quotation marks stand %s", (_, text, options, shape) => {
    expect(read(text, options).shape).toEqual(shape);
  });

  it.each([
    ["a comment behind UTF-8's mark", '\ufeff# 5" x\n1,2\n3,4\n', undefined],
    ["a first field of two lines", '"a\nb",c\n1,2\n3,4', "a\nb"],
    ["a first field of two lines before semicolons", '"a, \nb";"c\nd"\n1;2\n3;4', "a, \nb"],
    ["a first field with the other delimiters", '"a\t, b";c\n1;2\n3;4', "a\t, b"],
    ["tabs around numbers", "1,2\n3,\t4\t\n", undefined],
  ])("takes %s", (_, text, labels) => {
    expect(read(text)).toMatchObject(four);
    if (labels) expect(read(text, { labels }).labels).toEqual(["1", "3"]);
  });

  it("keeps words that start with #, and quotation marks that are words, where texts come first", () => {
    expect(read('the 1 2\n# 3 4\n" 5 6\n', { labels: "0" })).toEqual({
      data: Float64Array.of(1, 2, 3, 4, 5, 6),
      shape: [3, 2],
      labels: ["the", "#", '"'],
      notes: [],
    });
  });

  it.each<[string, string, CsvOptions, string]>([
    ["nothing", "", {}, "x.csv: holds no row of numbers"],
    ["a header alone", "a,b\n", {}, "x.csv: holds no row of numbers"],
    ["a short row", "1,2\n\n3\n", {}, "x.csv: line 3, row 1: has 1 fields, the first line has 2"],
    ["a long row", "a,b\n1,2\n3,4,5\n", {}, "x.csv: line 3, row 1: has 3 fields"],
    [
      "a text for a number",
      "a,b\n1,2\n3,x\n",
      {},
      'x.csv: line 3, row 1, column 1 "b": holds "x", a finite number is needed',
    ],
    ["an empty field", "1,2\n,4\n", {}, "x.csv: line 2, row 1, column 0: is empty"],
    ["NaN", "1,nan\n3,4\n", {}, 'x.csv: line 1, row 0, column 1: holds "nan"'],
    ["a number beyond doubles", "1,1e999\n", {}, 'column 1: holds "1e999"'],
    ["decimal commas", "a;b\n0,5;1,5\n", {}, 'line 2, row 0: no column starts with a number, found "0,5, 1,5"'],
    ["texts alone", "cat\ndog\n", {}, 'line 2, row 0: no column starts with a number, found "dog"'],
    ["lists in a field", 'a,b\n1,"[1, 2]"\n', {}, 'line 2, row 0, column 1 "b": holds "[1, 2]", a list or an object'],
    ["a slip in the first row", "1,x\n2,3\n4,5\n", {}, 'row 0, column 1: holds "x", and all other rows a number there'],
    ["ends of lines from old Macs", "1,2\r3,4\r", {}, "x.csv: line 1, row 0: a carriage return without a newline"],
    ["ends of lines from old Macs in a comment", "# a\r1,2\n3,4\n", {}, "x.csv: line 1, row 0: a carriage return"],
    ["them between spaces", "1 2\r3 4\r", {}, "x.csv: line 1, row 0: a carriage return without a newline"],
    [
      "marks that end inside a field of two lines",
      '1,2\n"x,1\n"y,2\n',
      {},
      "x.csv: line 3, row 1: a carriage return without a newline, or quotation marks over several lines",
    ],
    ["marks without an end in the last line", '1,2\n3,"4', {}, "x.csv: ends between quotation marks"],
    ["marks without an end from the start", '"1,2\n3,4', {}, "x.csv: ends between quotation marks"],
    ["marks without an end", '1,"2\n3,4\n', {}, "x.csv: ends between quotation marks"],
    [
      "labels that are absent",
      "a,b\n1,2\n",
      { labels: "c" },
      'has no column "c" for the labels; it has "a", "b", columns 0..1',
    ],
    ["labels by a number too large", "1,2\n", { labels: "2" }, "it has no header, columns 0..1"],
    [
      "an empty label",
      "a,b\n1,x\n2,\n",
      { labels: "b" },
      'x.csv: line 3, row 1, column 1 "b": is empty, a label is needed',
    ],
  ])("refuses %s", (_, text, options, message) => {
    expect(() => read(text, options)).toThrow(message);
  });

  it("gives the same however the text is cut into pieces", () => {
    const text = bytes('\ufeff"x\n",y,"w\n1"\r\n# "\n1,-2.5e-3,a\r\n3,4,"b ""c""\nd"');
    const whole = readCsv(text, { labels: "w\n1" });
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 9 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length];
        const parser = new CsvParser({ labels: "w\n1" });
        for (const [k, at] of places.slice(1).entries()) parser.push(text.subarray(places[k], at));
        const { rows, labels } = parser.end();
        const data = new Float64Array(4);
        rows.read(0, 2, data);
        expect([data, labels]).toEqual([whole.data, whole.labels]);
      }),
    );
  });

  it("tells a long text from a number at once", () => {
    const start = performance.now();
    expect(() => read(`${"1".repeat(200_000)}x\n`)).toThrow("no row of numbers");
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it("refuses a line of 64 MiB that ends, too", () => {
    const parser = new CsvParser({ name: "x.csv" });
    const piece = new Uint8Array(2 ** 26 + 2).fill(49);
    piece[2 ** 26 + 1] = 10;
    expect(() => parser.push(piece)).toThrow("x.csv: has a line of more than 67108864 bytes");
  });

  it("ends at a line of 64 MiB, without holding much more", () => {
    const parser = new CsvParser({ name: "x.csv" });
    const piece = new Uint8Array(2 ** 20).fill(49);
    expect(() => {
      for (let k = 0; k < 100; k++) parser.push(piece);
    }).toThrow("x.csv: has a line of more than 67108864 bytes");
  });
});

describe("parseDecimal", () => {
  it("gives what Number gives, to the bit", () => {
    const digits = fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 20 }));
    fc.assert(
      fc.property(digits, ([x, k]) => {
        for (const text of [String(x), x.toExponential(k), x.toPrecision(k + 1)]) {
          const ascii = bytes(text);
          expect(parseDecimal(ascii, 0, ascii.length)).toBe(Number(text));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("gives what Number gives where a large exponent meets as many zeros", () => {
    const small = bytes(`0.${"0".repeat(999_999)}1e5000000`);
    expect(parseDecimal(small, 0, small.length)).toBe(Number.POSITIVE_INFINITY);
    const one = bytes(`0.${"0".repeat(1_999_999)}1e2000000`);
    expect(parseDecimal(one, 0, one.length)).toBe(1);
  });

  it.each([
    "",
    " ",
    " 1",
    "1 ",
    "+",
    "-",
    ".",
    "e5",
    "1e",
    "1e+",
    "1 2",
    "0x1",
    "1_0",
    "1.2.3",
    "nan",
    "Infinity",
    "--1",
    "1e5.0",
  ])("finds no number in %j", (text) => {
    expect(parseDecimal(bytes(text), 0, bytes(text).length)).toBeNaN();
  });
});
