import { describe, expect, it } from "vitest";
import { readBmp } from "../../src/formats/bmp.ts";
import { bytesOf, cases, file } from "../node/pillow.ts";

describe("readBmp", () => {
  const bmp = file("rgb.bmp");
  const changed = (at: number, ...bytes: number[]): Uint8Array => {
    const copy = Uint8Array.from(bmp);
    copy.set(bytes, at);
    return copy;
  };

  it.each(cases.filter(({ name }) => name.endsWith(".bmp")))(
    "has the pixels of Pillow for $name",
    ({ file, shape, rgb }) => {
      expect(readBmp(bytesOf(file))).toEqual({ data: bytesOf(rgb), shape });
    },
  );

  it("reads rows from the top down where the height is negative", () => {
    const { data, shape } = readBmp(bmp);
    const [, height, width] = shape;
    const down = readBmp(changed(22, -height & 255, 255, 255, 255));
    expect(down.shape).toEqual(shape);
    for (let i = 0; i < height; i++) {
      const row = (from: Uint8Array, line: number): Uint8Array => from.subarray(line * width, (line + 1) * width);
      expect(row(down.data, i)).toEqual(row(data, height - 1 - i));
    }
  });

  it.each([
    ["another file", file("rgb.png"), "no BMP file with a header of 40 bytes or more"],
    ["a header of 12 bytes", changed(14, 12), "no BMP file with a header of 40 bytes or more"],
    ["16 bits a pixel", changed(28, 16), "16 bits a pixel with compression 0: needs 1, 4, 8, 24 or 32 with none"],
    ["compression", changed(30, 1), "24 bits a pixel with compression 1"],
    ["no columns", changed(18, 0), "7x0 pixels of 24 bits need"],
    [
      "rows that are not there",
      changed(22, 8),
      `8x11 pixels of 24 bits need ${54 + 8 * 36} bytes, found ${bmp.length}`,
    ],
    [
      "a colour that has no place in the palette",
      file("palette.bmp").map((byte, i) => (i === 11 ? 0 : byte)),
      "a pixel has a colour that is not in the palette",
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readBmp(bytes)).toThrow(`readBmp: ${message}`);
  });
});
