import { describe, expect, it } from "vitest";
import { stl10, stl10Classes } from "../../src/data/index.ts";
import { readStl10, stl10Picture } from "../../src/formats/index.ts";

const size = 3 * 96 * 96;

/** What the pixel of a channel, row and column of picture i is. */
const pixel = (i: number, c: number, row: number, column: number): number =>
  (31 * i + 89 * c + 3 * row + 5 * column) % 256;

/** Pictures as the binary files have them: columns one after another. */
function file(n: number): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < 3; c++) {
      for (let column = 0; column < 96; column++) {
        for (let row = 0; row < 96; row++) bytes.push(pixel(i, c, row, column));
      }
    }
  }
  return Uint8Array.from(bytes);
}

const two = file(2);

describe("readStl10", () => {
  it("turns columns into rows, and labels from 1..10 to 0..9", () => {
    const { images, labels } = readStl10(two, Uint8Array.of(1, 10));
    expect(labels).toEqual(Uint8Array.of(0, 9));
    expect(images.shape).toEqual([2, 3, 96, 96]);
    const wanted = images.data.map((_, k) =>
      pixel(Math.floor(k / size), Math.floor(k / 9216) % 3, Math.floor(k / 96) % 96, k % 96),
    );
    expect(images.data).toEqual(wanted);
  });

  it("reads pictures without labels", () => {
    const { images, labels } = readStl10(two);
    expect(labels).toBeUndefined();
    expect(images.data).toEqual(readStl10(two, Uint8Array.of(1, 1)).images.data);
  });

  it.each([
    ["nothing", new Uint8Array(0), undefined, /^readStl10: images: found 0 bytes, needs .* of 27648 .*so 0 or 27648/],
    ["half a picture", two.subarray(0, 40000), undefined, /images: found 40000 bytes.*so 27648 or 55296: .*truncated/],
    [
      "a label too few",
      two,
      Uint8Array.of(1),
      /^readStl10: labels: holds 1 labels for the 2 pictures of readStl10: images/,
    ],
    ["a label too many", two, Uint8Array.of(1, 2, 3), /holds 3 labels for the 2 pictures/],
    ["label 0", two, Uint8Array.of(1, 0), /^readStl10: labels: label 1 is 0, needs 1..10/],
    ["label 11", two, Uint8Array.of(11, 1), /label 0 is 11, needs 1..10/],
  ])("refuses %s", (_, images, labels, message) => {
    expect(() => readStl10(images, labels)).toThrow(message);
  });

  it("calls the files by their names", () => {
    expect(() => readStl10(two.subarray(1), undefined, ["X.bin", "y.bin"])).toThrow(/^X\.bin: found 55295 bytes/);
    expect(() => readStl10(two, Uint8Array.of(0, 1), ["X.bin", "y.bin"])).toThrow(/^y\.bin: label 0 is 0/);
  });
});

describe("stl10Picture", () => {
  it("is a picture of the file, one at a time", () => {
    const { images } = readStl10(two);
    for (const i of [0, 1]) {
      const found = stl10Picture(two.subarray(i * size, (i + 1) * size));
      expect(found).toEqual(images.data.subarray(i * size, (i + 1) * size));
    }
    expect(() => stl10Picture(two)).toThrow(
      "stl10Picture: needs the 27648 bytes of one picture (3x96x96 pixels), got 55296",
    );
  });
});

describe("stl10", () => {
  it("is a data set of floats and classes", () => {
    const set = stl10(two, Uint8Array.of(3, 10));
    expect([set.length, ...set.labels]).toEqual([2, 2, 9]);
    const { image, label } = set.get(1);
    expect([label, stl10Classes[label], stl10Classes.length]).toEqual([9, "truck", 10]);
    expect(image.shape).toEqual([3, 96, 96]);
    expect(image.data[9216 + 96 + 2]).toBe(Math.fround(pixel(1, 1, 1, 2) / 255));
    expect(() => set.get(2)).toThrow("stl10: no picture 2 in 0..1");
    expect(() => stl10(two, Uint8Array.of(1, 12))).toThrow(/^stl10: labels: label 1 is 12/);
  });
});
